using System.Text.Json.Nodes;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task A_watch_tells_what_happened_since_its_revision()
    {
        var ns = await Server.NamespaceAsync();
        var path = $"{ConfigMaps(ns)}?labelSelector=w%3Dy";
        var start = (string?)(await Http.GetAsync(path)).Json["metadata"]!["resourceVersion"];
        var watch = Http.WatchAsync($"{path}&watch=true&allowWatchBookmarks=true&timeoutSeconds=3&resourceVersion={start}");
        var one = Given.ConfigMap(ns, "one", "1");
        one.Metadata["labels"] = Json("""{"w":"y"}""");
        await CreateAsync(one);
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"data":{"k":"2"}}""");
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"data":{"k":"2"}}""");
        await CreateAsync(Given.ConfigMap(ns, "other", "1"));
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"metadata":{"labels":{"w":"n"}}}""");
        await PatchAsync($"{ConfigMaps(ns)}/one", """{"metadata":{"labels":{"w":"y"}}}""");
        await Client.DeleteAsync(Kinds.ConfigMap, ns, "one", CancellationToken.None);

        var events = await watch;

        Assert.Equal(["ADDED 1 y", "MODIFIED 2 y", "DELETED 2 y", "ADDED 2 y", "DELETED 2 y"], events
            .Where(e => (string?)e["type"] != "BOOKMARK")
            .Select(e => $"{e["type"]} {e["object"]!["data"]!["k"]} {e["object"]!["metadata"]!["labels"]!["w"]}"));
        Assert.All(events, e => Assert.Equal("ConfigMap", (string?)e["object"]!["kind"]));
        var revisions = events.Select(RevisionOf).ToList();
        Assert.Equal(revisions.Order(), revisions);
        var bookmark = events.Last(e => (string?)e["type"] == "BOOKMARK");
        Assert.Null(bookmark["object"]!["metadata"]!["name"]);
        var rest = await Http.WatchAsync($"{path}&watch=true&timeoutSeconds=1&resourceVersion={RevisionOf(bookmark)}");
        Assert.Empty(rest);
    }

    [SkippableFact]
    public async Task A_watch_that_starts_with_what_exists_marks_its_end()
    {
        var ns = await Server.NamespaceAsync();
        await CreateAsync(Given.Secret(ns, "a", "k", "dg=="));
        await CreateAsync(Given.Secret(ns, "b", "k", "dg=="));

        var events = await Http.WatchAsync(
            $"/api/v1/namespaces/{ns}/secrets?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1");

        Assert.Equal(["ADDED", "ADDED", "BOOKMARK"], events.Take(3).Select(e => (string?)e["type"]));
        Assert.Equal("true", (string?)events[2]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [SkippableFact]
    public async Task A_watch_from_before_what_the_server_remembers_ends_with_a_410_event()
    {
        var before = (string?)(await Http.GetAsync("/api/v1/namespaces?limit=1")).Json["metadata"]!["resourceVersion"];
        var group = await DefineAsync(WidgetDefinition());

        var events = await Http.WatchAsync($"/apis/{group}/v1/widgets?watch=true&timeoutSeconds=3&resourceVersion={before}");

        var error = Assert.Single(events);
        Assert.Equal(
            ("ERROR", "Status", 410, "Expired"),
            ((string?)error["type"], (string?)error["object"]!["kind"], (int?)error["object"]!["code"], (string?)error["object"]!["reason"]));
    }

    [SkippableFact]
    public async Task A_watch_with_wrong_options_is_refused_before_it_begins()
    {
        const string Watch = "/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=2";

        AssertStatus(await Http.GetAsync($"{Watch}&resourceVersion=abc"), 500, null);
        AssertStatus(await Http.GetAsync($"{Watch}&sendInitialEvents=true"), 422, "Invalid", "ListOptions");
        AssertStatus(await Http.GetAsync($"{Watch}&labelSelector=a%3D%3D%3Db"), 400, "BadRequest");
    }

    private static long RevisionOf(JsonObject watchEvent) => Number((string)watchEvent["object"]!["metadata"]!["resourceVersion"]!);
}
