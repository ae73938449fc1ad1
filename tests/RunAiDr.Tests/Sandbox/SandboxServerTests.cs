using System.Text.Json.Nodes;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Security;

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
