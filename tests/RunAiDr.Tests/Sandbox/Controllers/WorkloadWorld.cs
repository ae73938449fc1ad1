using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Cluster.Snapshots;

namespace RunAiDr.Tests.Sandbox.Controllers;

/// <summary>A sandbox that plays the controllers of workloads, in a hurry.</summary>
internal sealed class WorkloadWorld : IAsyncDisposable
{
    public const string Apps = "/apis/apps/v1/namespaces/default";
    public const string Core = "/api/v1/namespaces/default";

    private readonly SandboxServer _server;
    private readonly SandboxClient _client;

    private WorkloadWorld(SandboxServer server) => (_server, _client) = (server, SandboxClient.For(server.Kubeconfig));

    public static async Task<WorkloadWorld> StartAsync(Func<PodTrouble?>? trouble = null) => new(await SandboxServer.StartAsync(
        new SandboxOptions
        {
            Clock = TimeProvider.System,
            Workloads = new SandboxWorkloads
            {
                Delay = TimeSpan.FromMilliseconds(50),
                Trouble = (_, name) => name == "app" ? trouble?.Invoke() : null,
            },
        },
        CancellationToken.None));

    public static JsonObject Workload(string apiVersion, string kind, int? replicas = null, string policy = "Always")
    {
        var body = SnapshotWorld.Json($$$"""
            {"apiVersion":"{{{apiVersion}}}","kind":"{{{kind}}}","metadata":{"name":"app"},
             "spec":{"selector":{"matchLabels":{"app":"app"}},"template":{"metadata":{"labels":{"app":"app"}},
               "spec":{"restartPolicy":"{{{policy}}}","containers":[{"name":"main","image":"registry.example.internal/app:1"}]} } } }
            """);
        if (replicas is { } count)
        {
            body["spec"]!["replicas"] = count;
        }

        if (kind == "Job")
        {
            body["spec"]!.AsObject().Remove("selector");
        }

        return body;
    }

    public async Task CreateAsync(string path, JsonObject body) => Assert.Equal(201, (await _client.PostAsync(path, body)).Code);

    public async Task MergeAsync(string path, string patch) =>
        Assert.Equal(200, (await _client.SendAsync("PATCH", path, patch, ("Content-Type", "application/merge-patch+json"))).Code);

    public Task DeleteAsync(string path) => _client.DeleteAsync(path);

    public async Task<JsonObject> GetAsync(string path) => (await _client.GetAsync(path)).Json;

    public async Task<JsonObject> StatusAsync(string path) => (await GetAsync(path))["status"]!.AsObject();

    public async Task<List<JsonObject>> ListAsync(string path) => [.. (await GetAsync(path)).Maps("items")];

    public Task<List<JsonObject>> PodsAsync() => ListAsync($"{Core}/pods");

    /// <summary>Waits until a number of a status is reached.</summary>
    public Task ReachesAsync(string path, string field, int number) => SnapshotWorld.EventuallyAsync(
        async () => ((int?)(await StatusAsync(path))[field] ?? 0) == number);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }
}
