using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [SkippableFact]
    public async Task A_definition_is_established_discovered_used_and_deleted()
    {
        var ns = await Server.NamespaceAsync();
        var group = await DefineAsync(WidgetDefinition());
        var kind = new ResourceKind(group, "v1", "Widget", "widgets", true);
        Assert.Contains(kind, await Client.DiscoverAsync(CancellationToken.None));
        var widget = Widget(kind, ns, "w", """{"size":1,"free":{"deep":[1,{"x":null}]}}""");

        var first = await ApplyAsync(widget);
        var second = await ApplyAsync(widget);

        Assert.Equal((ApplyAction.Created, ApplyAction.Unchanged), (first.Action, second.Action));
        Assert.Equal(("Widget", 1), ((string?)first.Live!["kind"], (int?)first.Live["metadata"]!["generation"]));
        AssertSame(widget.Body["spec"], first.Live["spec"]);
        var list = (await Http.GetAsync($"/apis/{group}/v1/widgets")).Json;
        Assert.Equal(("WidgetList", "", "Widget"), ((string?)list["kind"], (string?)list["metadata"]!["continue"], (string?)list["items"]![0]!["kind"]));
        Assert.StartsWith("422", (await ApplyAsync(Widget(kind, ns, "bad", """{"size":0}"""))).Reason, StringComparison.Ordinal);
        var missing = await Http.GetAsync($"/apis/{group}/v1/gadgets");
        Assert.Equal((404, "404 page not found"), (missing.Code, missing.Text.Trim()));

        Assert.Equal("CustomResourceDefinition", (string?)(await Http.DeleteAsync($"{Definitions}/widgets.{group}")).Json["kind"]);
        await ComesAsync($"{Definitions}/widgets.{group}", 404);
        await ComesAsync($"/apis/{group}/v1/widgets", 404);
        Assert.DoesNotContain(kind, await Client.DiscoverAsync(CancellationToken.None));
    }

    [SkippableFact]
    public async Task Custom_resources_are_pruned_defaulted_and_checked_strictly()
    {
        var ns = await Server.NamespaceAsync();
        var group = await DefineAsync(WidgetDefinition());
        var kind = new ResourceKind(group, "v1", "Widget", "widgets", true);
        var widget = Widget(kind, ns, "w", """{"size":3,"free":1}""");
        widget.Body["config"] = Json("""{"unknown":1,"note":null}""");
        widget.Body["status"] = Json("""{"phase":"Ready"}""");
        widget.Body["extra"] = 1;
        var path = $"/apis/{group}/v1/namespaces/{ns}/widgets";

        AssertStatus(await Http.PostAsync($"{path}?fieldValidation=Strict", widget.Body), 400, "BadRequest");
        Assert.Equal(ApplyAction.Failed, (await ApplyAsync(widget)).Action);
        var created = await Http.PostAsync(path, widget.Body);

        Assert.Equal((201, 2), (created.Code, created.Warnings.Count));
        AssertSame(Json("""{"mode":"fast","note":null}"""), created.Json["config"]);
        AssertSame(Json("""{"free":1,"size":3}"""), created.Json["spec"]);
        Assert.Null(created.Json["status"]);
        Assert.Null(created.Json["extra"]);
        AssertStatus(await Http.PutAsync($"{path}/w", widget.Body), 422, "Invalid", "widgets", "w");
        await RemoveAsync("widgets", group);
    }

    [SkippableFact]
    public async Task Numbers_come_back_as_the_server_writes_them()
    {
        const string Sent = """{"a":1.0,"b":1e3,"c":9007199254740993,"d":-0,"e":0.1,"f":1.10,"g":9223372036854775807,"i":1E-7,"j":1e21,"k":123456789.123456789,"m":100000000000000000000.0,"p":1.5e300}""";
        const string Read = """{"a":1,"b":1000,"c":9007199254740993,"d":0,"e":0.1,"f":1.1,"g":9223372036854775807,"i":1e-7,"j":1e+21,"k":123456789.12345679,"m":100000000000000000000,"p":1.5e+300}""";
        var ns = await Server.NamespaceAsync();
        var group = await DefineAsync(WidgetDefinition());
        var kind = new ResourceKind(group, "v1", "Widget", "widgets", true);

        var applied = await ApplyAsync(Widget(kind, ns, "applied", Sent));
        var again = await ApplyAsync(Widget(kind, ns, "applied", Sent));
        await CreateAsync(Widget(kind, ns, "created", Sent));

        Assert.Equal((ApplyAction.Created, ApplyAction.Unchanged), (applied.Action, again.Action));
        foreach (var name in new[] { "applied", "created" })
        {
            var text = (await Http.GetAsync($"/apis/{group}/v1/namespaces/{ns}/widgets/{name}")).Text;
            Assert.Contains($"\"spec\":{Read}", text, StringComparison.Ordinal);
        }

        Assert.Equal(ApplyAction.Unchanged, (await ApplyAsync(Widget(kind, ns, "applied", Read))).Action);
        await RemoveAsync("widgets", group);
    }

    [SkippableFact]
    public async Task Keys_of_any_length_and_content_are_applied()
    {
        var ns = await Server.NamespaceAsync();
        var group = await DefineAsync(WidgetDefinition());
        var kind = new ResourceKind(group, "v1", "Widget", "widgets", true);
        string[] keys = [new('k', 1_100), new('\u0001', 300), "", "a: b", "? x", "# y", "yes", "1", "\u0085\u2028", "😀", "\"'\\"];
        var widget = Widget(kind, ns, "w", "{}");
        widget.Body["spec"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key, (JsonNode?)"v")));

        var first = await ApplyAsync(widget);
        var second = await ApplyAsync(widget);

        Assert.Equal((ApplyAction.Created, null), (first.Action, first.Reason));
        Assert.Equal(ApplyAction.Unchanged, second.Action);
        AssertSame(widget.Body["spec"], first.Live!["spec"]);
        await RemoveAsync("widgets", group);
    }

    [SkippableFact]
    public async Task A_version_shows_only_what_its_schema_knows()
    {
        var installed = SampleInstallation.Resources().ToList();
        var definition = installed.Single(r => (string?)r["metadata"]!["name"] == "departments.scheduling.run.ai");
        var department = installed.First(r => (string?)r["kind"] == "Department");
        var group = await DefineAsync(Renamed(definition, "scheduling.run.ai"));
        department["apiVersion"] = $"{group}/v2alpha2";
        department["metadata"] = Json("""{"name":"d"}""");

        var created = await Http.PostAsync($"/apis/{group}/v2alpha2/departments", department);
        var old = (await Http.GetAsync($"/apis/{group}/v1/departments/d")).Json;

        Assert.Equal(201, created.Code);
        Assert.NotEmpty(created.Json["spec"]!["queues"]!.AsArray());
        Assert.Equal($"{group}/v1", (string?)old["apiVersion"]);
        Assert.Null(old["spec"]!["queues"]);
        var served = (await Client.DiscoverAsync(CancellationToken.None)).Where(k => k.Group == group).Select(k => k.Version);
        Assert.Equal(["v1", "v2alpha2"], served);
        var mixed = await Http.PostAsync($"/apis/{group}/v1/departments", department);
        AssertStatus(mixed, 400, "BadRequest");
        await RemoveAsync("departments", group);
    }

    /// <summary>The definition that the recordings work with, in a group of its own.</summary>
    private JsonObject WidgetDefinition()
    {
        var recorded = Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver", "75-crd-create.json");
        return Renamed(Json(File.ReadAllText(recorded))["exchanges"]![1]!["request"]!["body"]!, "example.com");
    }

    private JsonObject Renamed(JsonNode definition, string group)
    {
        var renamed = Json(definition.ToJsonString().Replace(group, $"{Server.Unique("c")}.example.org", StringComparison.Ordinal));
        renamed.Remove("status");
        renamed["metadata"] = new JsonObject { ["name"] = (string?)renamed["metadata"]!["name"] };
        return renamed;
    }

    /// <summary>Creates a definition and waits until every version of it is served; gives its group.</summary>
    private async Task<string> DefineAsync(JsonObject definition)
    {
        var created = await Http.PostAsync(Definitions, definition);
        Assert.True(created.Code == 201, created.Text);
        var spec = definition["spec"]!;
        var group = (string)spec["group"]!;
        var path = $"{Definitions}/{(string?)definition["metadata"]!["name"]}";
        while (!await EstablishedAsync(path))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        foreach (var version in spec["versions"]!.AsArray())
        {
            await ComesAsync($"/apis/{group}/{version!["name"]}/{spec["names"]!["plural"]}", 200);
            await ComesAsync($"/apis/{group}/{version["name"]}", 200);
        }

        return group;
    }

    private async Task<bool> EstablishedAsync(string path) =>
        ((await Http.GetAsync(path)).Json["status"]?["conditions"] as JsonArray ?? [])
            .Any(c => (string?)c!["type"] == "Established" && (string?)c["status"] == "True");

    private async Task RemoveAsync(string plural, string group) =>
        Assert.Equal(200, (await Http.DeleteAsync($"{Definitions}/{plural}.{group}")).Code);

    private async Task ComesAsync(string path, int code)
    {
        for (var attempt = 0; attempt < 150; attempt++)
        {
            if ((await Http.GetAsync(path)).Code == code)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        Assert.Fail($"{path} does not come to {code}");
    }

    private static Resource Widget(ResourceKind kind, string ns, string name, string spec) => new(kind, new JsonObject
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
        ["spec"] = Json(spec),
    });
}
