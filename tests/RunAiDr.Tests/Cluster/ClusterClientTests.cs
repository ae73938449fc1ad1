using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

public class ClusterClientTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task Rights_are_asked_as_recorded(int exchange, bool may)
    {
        var recorded = RecordedExchanges.Of("67-self-subject-reviews")[exchange];
        await using var server = await ReplayServer.StartAsync(recorded);
        using var client = server.Client();

        Assert.Equal(may, await client.MayAsync(may ? "list" : "create", Kinds.ConfigMap, "ssar", default));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Rights_in_a_group_are_asked_with_the_group()
    {
        await using var server = await ReplayServer.StartAsync(RecordedExchanges.Of("67-self-subject-reviews")[3]);
        using var client = server.Client();

        await client.MayAsync("patch", Kinds.RoleBinding, "ssar", default);

        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task What_is_not_there_is_null_also_when_its_group_is_not_there()
    {
        var unknown = RecordedExchanges.Of("02-discovery-legacy")[4];
        var absent = RecordedExchanges.Of("91-unavailable-group")[^1];
        await using var server = await ReplayServer.StartAsync(
            unknown with { Path = "/apis/nosuch.example.com/v1/things/x" }, absent);
        using var client = server.Client();

        Assert.Null(await client.GetAsync(new ResourceKind("nosuch.example.com", "v1", "Thing", "things", false), null, "x", default));
        Assert.Null(await client.GetAsync(Kinds.Namespace, null, "aggr-del", default));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Odd_names_are_escaped_in_the_path()
    {
        await using var server = await ReplayServer.StartAsync(new RecordedExchange(
            "GET",
            "/apis/rbac.authorization.k8s.io/v1/namespaces/n/rolebindings/a%20b%3Ac%0AD%3Fe",
            null,
            null,
            200,
            "application/json",
            """{"kind":"RoleBinding"}"""));
        using var client = server.Client();

        Assert.NotNull(await client.GetAsync(Kinds.RoleBinding, "n", "a b:c\nD?e", default));
    }

    [Fact]
    public async Task Deleting_says_whether_there_was_something_to_delete()
    {
        var recorded = RecordedExchanges.Of("52-delete").Where(e => e is { Method: "DELETE", RequestContentType: null }
            && !e.Path.Contains('?', StringComparison.Ordinal) && e.Path.Split('/') is [_, "api", "v1", "namespaces", _, "configmaps", _]).ToList();
        await using var server = await ReplayServer.StartAsync(recorded);
        using var client = server.Client();

        foreach (var exchange in recorded)
        {
            var parts = exchange.Path.Split('/');
            Assert.Equal(exchange.Status == 200, await client.DeleteAsync(Kinds.ConfigMap, parts[4], parts[6], default));
        }

        Assert.Contains(recorded, e => e.Status == 404);
        Assert.Contains(recorded, e => e.Status == 200);
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Creating_what_exists_is_refused()
    {
        var conflict = RecordedExchanges.Of("47-dry-run")[1];
        await using var server = await ReplayServer.StartAsync(conflict);
        using var client = server.Client();
        var body = (JsonObject)JsonNode.Parse(conflict.RequestBody!.Value.GetRawText())!;
        body["metadata"]!["namespace"] = "dry";

        // The recorded request leaves the field manager to the server.
        await Assert.ThrowsAsync<RunAiDrException>(() => client.CreateAsync(new Resource(Kinds.ConfigMap, body), dryRun: true, default));

        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task A_refused_list_names_the_missing_rule()
    {
        var forbidden = RecordedExchanges.Of("66-forbidden").First(e =>
            e is { Method: "GET", Status: 403, Path: "/apis/rbac.authorization.k8s.io/v1/namespaces/forb/rolebindings" });
        await using var server = await ReplayServer.StartAsync(forbidden);
        using var client = server.Client();

        var failure = await ListAsync(client, new ListSelection(Kinds.RoleBinding, "forb"));

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains("list rolebindings.rbac.authorization.k8s.io in namespace forb", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            """apiGroups: ["rbac.authorization.k8s.io"], resources: ["rolebindings"], verbs: ["list"]""", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_credentials_are_refused_by_name()
    {
        await using var server = await ReplayServer.StartAsync(RecordedExchanges.Of("70-unauthorized")[0]);
        using var client = server.Client();

        var failure = await ListAsync(client, new ListSelection(Kinds.Namespace));

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_a_kind_that_vanished_fails_by_name()
    {
        var gone = RecordedExchanges.Of("02-discovery-legacy")[4] with { Path = "/apis/run.ai/v1/projects" };
        await using var server = await ReplayServer.StartAsync(gone);
        using var client = server.Client();

        var failure = await ListAsync(client, new ListSelection(new ResourceKind("run.ai", "v1", "Project", "projects", false)));

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains("projects.run.ai", failure.Message, StringComparison.Ordinal);
        Assert.Contains("404", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<RunAiDrException> ListAsync(ClusterClient reader, ListSelection selection) =>
        await Assert.ThrowsAsync<RunAiDrException>(async () =>
        {
            await foreach (var page in reader.ReadCutAsync([selection], default))
            {
                Assert.Fail($"a page of {page.Items.Count} came");
            }
        });
}
