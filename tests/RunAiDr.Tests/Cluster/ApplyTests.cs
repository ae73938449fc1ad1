using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

public class ApplyTests
{
    private const string ApplyType = "application/apply-patch+yaml";

    [Theory]
    [InlineData("40-apply-create-change", 8)]
    [InlineData("41-apply-conflict-force", 9)]
    [InlineData("42-apply-ownership-removal", 3)]
    [InlineData("43-apply-over-other-manager", 3)]
    [InlineData("44-apply-lists-and-maps", 8)]
    [InlineData("45-apply-options", 15)]
    [InlineData("46-apply-permissions", 4)]
    [InlineData("64-apply-normalised-values", 6)]
    public async Task Every_recorded_apply_is_sent_as_recorded_and_understood(string scenario, int atLeast)
    {
        var applies = RecordedExchanges.Of(scenario).Where(IsOurs).ToList();
        await using var server = await ReplayServer.StartAsync(applies.SelectMany(e => Enumerable.Repeat(e, Tries(e))));
        using var client = server.Client();

        foreach (var exchange in applies)
        {
            var result = await client.ApplyAsync(ResourceOf(exchange), OptionsOf(exchange), default);

            Assert.Contains(result.Action, Expected(exchange));
            Assert.Equal(exchange.Status >= 400, result.Reason is not null);
        }

        Assert.True(applies.Count >= atLeast, $"{applies.Count} applies");
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Created_unchanged_and_configured_are_told_apart_without_reading_first()
    {
        var applies = RecordedExchanges.Of("40-apply-create-change").Where(IsOurs).Take(3).ToList();
        await using var server = await ReplayServer.StartAsync(applies);
        using var client = server.Client();

        var actions = new List<ApplyAction>();
        foreach (var exchange in applies)
        {
            actions.Add((await client.ApplyAsync(ResourceOf(exchange), default, default)).Action);
        }

        Assert.Equal([ApplyAction.Created, ApplyAction.Unchanged, ApplyAction.Configured], actions);
    }

    [Fact]
    public async Task What_a_first_apply_leaves_unchanged_is_told_by_the_revision_of_a_list()
    {
        var unchanged = RecordedExchanges.Of("40-apply-create-change").Where(IsOurs).ElementAt(1);
        await using var server = await ReplayServer.StartAsync(unchanged);
        server.Revision = "900";
        using var client = server.Client();

        var result = await client.ApplyAsync(ResourceOf(unchanged), default, default);

        Assert.Equal(ApplyAction.Unchanged, result.Action);
    }

    [Fact]
    public async Task A_conflict_names_managers_and_fields_in_a_stable_order()
    {
        var conflict = RecordedExchanges.Of("41-apply-conflict-force").First(e => e.Note.StartsWith("one field in conflict with two", StringComparison.Ordinal));
        await using var server = await ReplayServer.StartAsync(conflict);
        using var client = server.Client();

        var result = await client.ApplyAsync(ResourceOf(conflict), default, default);

        Assert.Equal(ApplyAction.Conflict, result.Action);
        Assert.Equal("conflict with \"m1\": .data.k; conflict with \"m2\": .data.k", result.Reason);
    }

    [Theory]
    [InlineData("resourceVersion in the body of an apply that creates", ApplyAction.Created)]
    [InlineData("stale resourceVersion in the body", ApplyAction.Conflict)]
    public async Task What_must_be_absent_is_created_or_a_conflict_and_never_changed(string note, ApplyAction expected)
    {
        var recorded = RecordedExchanges.Of("40-apply-create-change").First(e => e.Note.StartsWith(note, StringComparison.Ordinal));
        await using var server = await ReplayServer.StartAsync(recorded);
        using var client = server.Client();
        var resource = ResourceOf(recorded);
        resource.Metadata.Remove("resourceVersion");

        var result = await client.ApplyAsync(resource, new ApplyOptions(DryRun: false, Force: false, MustBeAbsent: true), default);

        Assert.Equal(expected, result.Action);
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Theory]
    [InlineData("""{"data":{"k":"1"}}""", ApplyAction.Unchanged)]
    [InlineData("""{"data":{"k":"2"}}""", ApplyAction.Configured)]
    public async Task A_dry_run_compares_content_because_the_revision_does_not_move(string applied, ApplyAction expected)
    {
        const string Path = "/api/v1/namespaces/n/configmaps/c";
        var live = """{"data":{"k":"1"},"metadata":{"resourceVersion":"5","managedFields":[{"manager":"m","time":"1"}]}}""";
        var answer = (JsonObject)JsonNode.Parse(applied)!;
        answer["metadata"] = JsonNode.Parse("""{"resourceVersion":"5","managedFields":[{"manager":"m","time":"2"}]}""");
        await using var server = await ReplayServer.StartAsync(
            new RecordedExchange("GET", Path, null, null, 200, "application/json", live),
            new RecordedExchange("PATCH", $"{Path}?fieldManager=x&dryRun=All", ApplyType, null, 200, "application/json", answer.ToJsonString()));
        using var client = server.Client();

        var result = await client.ApplyAsync(ConfigMap("n", "c"), new ApplyOptions(DryRun: true, Force: false), default);

        Assert.Equal(expected, result.Action);
    }

    [Fact]
    public async Task A_refused_secret_does_not_tell_its_value()
    {
        var refusal = """
            {"kind":"Status","status":"Failure","reason":"Invalid","code":422,"message":"data.k: Invalid value: CANARY-0001",
             "details":{"causes":[{"reason":"FieldValueInvalid","field":"data.k","message":"Invalid value: CANARY-0001"}]}}
            """;
        await using var server = await ReplayServer.StartAsync(new RecordedExchange(
            "PATCH", "/api/v1/namespaces/n/secrets/s?fieldManager=x", ApplyType, null, 422, "application/json", refusal));
        using var client = server.Client();
        var body = (JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"n"}}""")!;

        var result = await client.ApplyAsync(new Resource(Kinds.Secret, body), default, default);

        Assert.Equal("422 Invalid: data.k", result.Reason);
    }

    [Fact]
    public async Task A_kind_that_is_not_served_is_a_result_but_bad_credentials_are_a_failure()
    {
        var patch = new RecordedExchange(
            "PATCH", "/api/v1/namespaces/n/configmaps/c?fieldManager=x", ApplyType, null, 404, "text/plain; charset=utf-8", "404 page not found\n");
        var unauthorized = RecordedExchanges.Of("70-unauthorized")[0];
        await using var server = await ReplayServer.StartAsync(
            patch, patch with { Status = 401, ContentType = "application/json", Body = unauthorized.Body });
        using var client = server.Client();

        var result = await client.ApplyAsync(ConfigMap("n", "c"), default, default);
        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.ApplyAsync(ConfigMap("n", "c"), default, default));

        Assert.Equal((ApplyAction.Failed, "404: 404 page not found"), (result.Action, result.Reason));
        Assert.Equal(Fault.ClusterRefused, failure.Fault);
    }

    // 500 is tried three times, as it may also be a moment's trouble.
    private static int Tries(RecordedExchange exchange) => exchange.Status == 500 ? 3 : 1;

    private static ApplyAction[] Expected(RecordedExchange exchange) => exchange switch
    {
        { Status: 201 } => [ApplyAction.Created],
        { Status: 200 } => [ApplyAction.Configured, ApplyAction.Unchanged],
        { Status: 409 } when exchange.Body.Contains("FieldManagerConflict", StringComparison.Ordinal) => [ApplyAction.Conflict],
        _ => [ApplyAction.Failed],
    };

    // Those whose body names what the path names: others cannot come from a resource.
    private static bool IsOurs(RecordedExchange exchange)
    {
        if (exchange is not { Method: "PATCH", RequestContentType: ApplyType, RequestBody.ValueKind: System.Text.Json.JsonValueKind.Object }
            || !exchange.Path.Contains("?fieldManager=", StringComparison.Ordinal))
        {
            return false;
        }

        var (path, query) = (exchange.Path.Split('?')[0], exchange.Path.Split('?')[1]);
        var body = JsonNode.Parse(exchange.RequestBody.Value.GetRawText())!;
        return !query.Contains("dryRun", StringComparison.Ordinal)
            && query.Contains("force=true", StringComparison.Ordinal) == query.Contains("force", StringComparison.Ordinal)
            && query.Contains("=Strict", StringComparison.Ordinal) == query.Contains("fieldValidation", StringComparison.Ordinal)
            && (string?)body["metadata"]?["name"] == path.Split('/')[^1]
            && body["metadata"]?["namespace"] is null
            && body["apiVersion"] is not null
            && body["kind"] is not null;
    }

    private static Resource ResourceOf(RecordedExchange exchange)
    {
        var body = (JsonObject)JsonNode.Parse(exchange.RequestBody!.Value.GetRawText())!;
        var parts = exchange.Path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(parts, "namespaces");
        var kind = new ResourceKind(
            parts[0] == "api" ? "" : parts[1], parts[0] == "api" ? parts[1] : parts[2], (string)body["kind"]!, parts[^2], at >= 0 && at < parts.Length - 2);

        // A body of a resource always has its namespace; the recorded ones leave it to the path.
        if (kind.Namespaced)
        {
            body["metadata"]!["namespace"] = parts[at + 1];
        }

        return new Resource(kind, body);
    }

    private static ApplyOptions OptionsOf(RecordedExchange exchange)
    {
        var query = QueryHelpers.ParseQuery(exchange.Path.Split('?')[1]);
        return new ApplyOptions(query.ContainsKey("dryRun"), query.ContainsKey("force"));
    }

    private static Resource ConfigMap(string @namespace, string name) => new(
        Kinds.ConfigMap,
        (JsonObject)JsonNode.Parse($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"{{{@namespace}}}"}}""")!);
}
