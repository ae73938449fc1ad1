using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

/// <summary>What only the sandbox has: loading, compaction, tokens; and what the recordings show after compaction.</summary>
public sealed class SandboxServerTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private SandboxServer _server = null!;
    private SandboxClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Tokens = new Dictionary<string, SandboxUser>(StringComparer.Ordinal) { ["alice-token"] = new("alice") },
            },
            CancellationToken.None);
        _client = SandboxClient.For(_server.Kubeconfig);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_loaded_resource_keeps_uid_and_status()
    {
        _server.Load((JsonObject)JsonNode.Parse(
            """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"old","uid":"u-1"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Active"}}""")!);

        var read = (await _client.GetAsync("/api/v1/namespaces/old")).Json;

        Assert.Equal("u-1", (string?)read["metadata"]!["uid"]);
        Assert.Equal("Active", (string?)read["status"]!["phase"]);
    }

    [Fact]
    public async Task A_compacted_revision_is_410_for_exact_lists_and_continue_tokens_and_an_event_for_watches()
    {
        var first = (await _client.GetAsync("/api/v1/namespaces?limit=2")).Json;
        var revision = (string)first["metadata"]!["resourceVersion"]!;
        await _client.PostAsync(ConfigMaps, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "later" } });
        _server.Compact();

        var exact = await _client.GetAsync($"{ConfigMaps}?resourceVersion={revision}&resourceVersionMatch=Exact");
        var next = await _client.GetAsync($"/api/v1/namespaces?limit=2&continue={(string?)first["metadata"]!["continue"]}");
        var watch = await _client.WatchAsync($"{ConfigMaps}?watch=true&timeoutSeconds=5&resourceVersion={revision}");

        Assert.Equal((410, "Expired"), (exact.Code, (string?)exact.Json["reason"]));
        Assert.Equal((410, "Expired"), (next.Code, (string?)next.Json["reason"]));
        var resumed = await _client.GetAsync($"/api/v1/namespaces?limit=2&continue={(string?)next.Json["metadata"]!["continue"]}");
        Assert.Equal(200, resumed.Code);
        var error = Assert.Single(watch);
        Assert.Equal(("ERROR", 410), ((string?)error["type"], (int?)error["object"]!["code"]));
    }

    [Fact]
    public async Task A_token_has_the_rights_that_rbac_gives_it()
    {
        using var alice = SandboxClient.For(_server.Kubeconfig, token: "alice-token");
        Assert.Equal(403, (await alice.GetAsync(ConfigMaps)).Code);
        await _client.PostAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", (JsonObject)JsonNode.Parse(
            """{"metadata":{"name":"reader"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]}]}""")!);
        await _client.PostAsync("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", (JsonObject)JsonNode.Parse(
            """{"metadata":{"name":"alice"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"alice"}]}""")!);

        Assert.Equal(200, (await alice.GetAsync(ConfigMaps)).Code);
        Assert.Equal(403, (await alice.DeleteAsync($"{ConfigMaps}/kube-root-ca.crt")).Code);
    }

    [Fact]
    public async Task Departments_read_at_v1_lose_the_queues_that_are_stored()
    {
        var live = Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster", "live");
        Load(Path.Combine(live, "customresourcedefinitions.json"));
        Load(Path.Combine(live, "departments.json"));
        var stored = (JsonArray)(await _client.GetAsync("/apis/scheduling.run.ai/v2alpha2/departments")).Json["items"]!;
        var old = (JsonArray)(await _client.GetAsync("/apis/scheduling.run.ai/v1/departments")).Json["items"]!;

        Assert.Contains(stored, d => d!["spec"]!["queues"] is not null);
        Assert.DoesNotContain(old, d => d!["spec"]!["queues"] is not null);
    }

    [Fact]
    public async Task Twenty_thousand_resources_are_listed_in_pages_without_loss()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _server.Load(new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = $"c-{i:D5}", ["namespace"] = "default" },
                ["data"] = new JsonObject { ["k"] = new string('x', 200) },
            });
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        var next = "";
        do
        {
            var page = (await _client.GetAsync($"{ConfigMaps}?limit=500&continue={next}")).Json;
            names.UnionWith(((JsonArray)page["items"]!).Select(c => (string)c!["metadata"]!["name"]!));
            next = (string?)page["metadata"]!["continue"] ?? "";
        }
        while (next.Length > 0);

        Assert.Equal(20_001, names.Count);
    }

    [Fact]
    public async Task A_compacted_revision_is_told_to_who_follows_it()
    {
        var revision = $"{_server.Revision}";
        await _client.PostAsync(ConfigMaps, Named("later"));
        _server.Compact();

        var events = await FollowAsync(revision, _ => Task.FromResult(false));

        Assert.Equal([WatchEventKind.Progress, WatchEventKind.Expired], events.Select(e => e.Kind));
    }

    [Fact]
    public async Task An_open_watch_that_has_missed_nothing_survives_a_compaction()
    {
        var events = await FollowAsync($"{_server.Revision}", async e =>
        {
            if (e.Kind == WatchEventKind.Progress)
            {
                await _client.PostAsync("/api/v1/namespaces", Named("moves-the-revision"));
                _server.Compact();
                await _client.PostAsync(ConfigMaps, Named("after"));
            }

            return e.Kind == WatchEventKind.Changed;
        });

        Assert.Equal([WatchEventKind.Progress, WatchEventKind.Changed], events.Select(e => e.Kind));
    }

    [Fact]
    public async Task Bookmarks_come_each_minute_and_before_the_end()
    {
        await using var hasty = await SandboxServer.StartAsync(new SandboxOptions { Clock = new HastyClock() }, CancellationToken.None);
        using var client = SandboxClient.For(hasty.Kubeconfig);
        var watching = client.WatchAsync($"{ConfigMaps}?watch=true&allowWatchBookmarks=true&timeoutSeconds=150&resourceVersion={hasty.Revision}");
        await client.PostAsync(ConfigMaps, Named("one"));

        var events = await watching;

        Assert.Equal("ADDED", (string?)events[0]["type"]);
        Assert.True(events.Count(e => (string?)e["type"] == "BOOKMARK") >= 2, "one of the middle, one of the end");
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private async Task<List<WatchEvent>> FollowAsync(string revision, Func<WatchEvent, Task<bool>> last)
    {
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.File("kubeconfig"), _server.Kubeconfig);
        var connection = Kubeconfig.Load(new KubeconfigSource(folder.File("kubeconfig"), null, ""), TimeProvider.System);
        using var client = new ClusterClient(connection, TimeProvider.System);
        var events = new List<WatchEvent>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var happened in client.WatchAsync(new ListSelection(Kinds.ConfigMap, "default"), revision, patience.Token))
        {
            events.Add(happened);
            if (await last(happened))
            {
                break;
            }
        }

        return events;
    }

    private void Load(string file)
    {
        var list = (JsonObject)JsonNode.Parse(File.ReadAllText(file))!;
        foreach (var item in (JsonArray)list["items"]!)
        {
            item!["apiVersion"] ??= (string)list["apiVersion"]!;
            item["kind"] ??= ((string)list["kind"]!)[..^"List".Length];
            _server.Load((JsonObject)item);
        }
    }
}
