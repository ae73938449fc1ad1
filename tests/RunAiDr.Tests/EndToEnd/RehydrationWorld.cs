using System.Net;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Demo;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>
/// What is left after a disaster, a checkpoint in Git, and the cluster that is to take over: bare, with controllers that
/// play nodes and storage, a real PostgreSQL where the pod of the database will be, and charts at hand.
/// </summary>
internal sealed class RehydrationWorld : IAsyncDisposable
{
    private static readonly string[] BroughtBack = ["Project", "Department", "NodePool", "AccessRule"];

    private readonly CheckpointWorld _lost;
    private readonly CancellationTokenSource _end = new();
    private Task _controlPlane = Task.CompletedTask;

    private RehydrationWorld(CheckpointWorld lost) => _lost = lost;

    public EndToEndCluster Fresh { get; private set; } = null!;

    /// <summary>Behind the database's pod on the fresh cluster.</summary>
    public PostgresServer Database { get; private set; } = null!;

    public CheckpointWorld Lost => _lost;

    public EndToEndWorkspace Workspace => _lost.Workspace;

    public string Secrets { get; private set; } = "";

    /// <summary>Takes the checkpoint <c>p</c> of the sample installation and loses it.</summary>
    /// <param name="configuration">Of database and metrics.</param>
    /// <param name="keepsDatabase">The volume of the database comes back: its server answers on the fresh cluster too.</param>
    /// <param name="workloads">What keeps workloads of the fresh cluster from being ready.</param>
    public static async Task<RehydrationWorld> StartAsync(
        string configuration, bool keepsDatabase = false, SandboxWorkloads? workloads = null)
    {
        var charts = Path.Combine(EndToEndCluster.Data, "charts");
        var lost = await CheckpointWorld.StartAsync($$"""
            {{configuration}}
            charts: {controlPlane: "{{charts}}/control-plane-2.20.24.tgz", cluster: "{{charts}}/runai-cluster-2.20.24.tgz"}
            """);
        var world = new RehydrationWorld(lost);
        (await lost.RunAsync("checkpoint", "--name", "p")).Expect(0);
        world.Secrets = EndToEndSecrets.Write(lost.Workspace, "dr/prod/p", PostgresServer.Password);
        world.Database = keepsDatabase ? lost.Database : await lost.StartDatabaseAsync();
        await world.StartFreshAsync(workloads ?? new SandboxWorkloads());
        return world;
    }

    /// <summary>Rehydrates with everything that an operator has at hand.</summary>
    public Task<Ended> RehydrateAsync(params string[] more) => RehydrateAsync(CancellationToken.None, more);

    public Task<Ended> RehydrateAsync(CancellationToken ct, params string[] more) => Workspace.Dr.RunAsync(
        ct, ["rehydrate", "p", "--secrets", Secrets, "--yes", "--sync-limit", "60", .. more, "--kubeconfig", Fresh.Kubeconfig]);

    public Task<Ended> RunAsync(params string[] arguments) => Workspace.Dr.RunAsync([.. arguments, "--kubeconfig", Fresh.Kubeconfig]);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _controlPlane;
        _end.Dispose();
        await Fresh.DisposeAsync();
        await _lost.DisposeAsync();
    }

    private async Task StartFreshAsync(SandboxWorkloads workloads)
    {
        var address = new IPEndPoint(IPAddress.Loopback, Database.Port);
        Fresh = await EndToEndCluster.EmptyAsync(new SandboxOptions
        {
            Clock = TimeProvider.System,
            Snapshots = new SandboxSnapshots { Provisions = true },
            Workloads = workloads,
            PodPorts = (_, pod, port) => (pod, port) == (DemoInstallation.DatabasePod, 5432) ? address : null,
        });
        Fresh.Load(SampleInstallation.Snapshots());
        Fresh.Load(SampleInstallation.Resources().Where(resource => (string?)resource["kind"] == "StorageClass"));

        // The storage outlives the clusters.
        foreach (var handle in Lost.Cluster.Sandbox.StoredSnapshots.Handles)
        {
            Fresh.Sandbox.StoredSnapshots.Add(new StoredSnapshot(handle, 1L << 30, DateTimeOffset.UnixEpoch));
        }

        _controlPlane = BringBackAsync(_end.Token);
    }

    /// <summary>What the control plane does once the cluster has connected: it brings its projects back.</summary>
    private async Task BringBackAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var releases = await Fresh.KubectlAsync("get", "secrets", "-n", "runai", "-l", "owner=helm,status=deployed", "-o", "name", "--ignore-not-found");
            if (releases.Contains("runai-cluster", StringComparison.Ordinal))
            {
                Fresh.Load(SampleInstallation.Resources().Where(IsBroughtBack));
                return;
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    private static bool IsBroughtBack(JsonObject resource) => BroughtBack.Contains((string?)resource["kind"]);
}
