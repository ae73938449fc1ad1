using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Envtest;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>
/// The target of one rehearsal, on the loopback address and gone with its owner: a real API server where its programs are
/// at hand, otherwise the sandbox, whose controllers also make volumes and get workloads ready.
/// </summary>
internal sealed class ThrowAwayControlPlane : IAsyncDisposable
{
    private const string Assets = "KUBEBUILDER_ASSETS";

    private readonly PrivateFolder _folder = new("runai-dr-rehearsal-");
    private SandboxServer? _sandbox;
    private EnvtestServer? _real;

    private ThrowAwayControlPlane()
    {
    }

    /// <summary>Path of its administrator's kubeconfig.</summary>
    public string Kubeconfig { get; private set; } = "";

    public bool HasControllers => _sandbox is not null;

    /// <summary>What the result calls it.</summary>
    public string Name => HasControllers ? "sandbox" : "kube-apiserver";

    /// <summary>Starts one, with what the restore point expects of every cluster.</summary>
    /// <exception cref="RunAiDrException">It does not start.</exception>
    public static async Task<ThrowAwayControlPlane> StartAsync(ProcessContext process, RestorePoint point, CancellationToken ct)
    {
        var plane = new ThrowAwayControlPlane();
        try
        {
            var driver = StandIns.Drivers(point) is [var first, ..] ? first : new SandboxSnapshots().Driver;
            var standIns = StandIns.For(point, driver);
            if (process.Environment.GetValueOrDefault(Assets) is { Length: > 0 } assets)
            {
                await plane.StartRealAsync(assets, standIns, process.Clock, ct);
            }
            else
            {
                await plane.StartSandboxAsync(driver, standIns, StandIns.Stored(point), process.Clock, ct);
            }

            return plane;
        }
        catch
        {
            await plane.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }

        if (_real is not null)
        {
            await _real.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartSandboxAsync(
        string driver, IEnumerable<JsonObject> standIns, IEnumerable<StoredSnapshot> stored, TimeProvider clock, CancellationToken ct)
    {
        var server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = clock,
                Snapshots = new SandboxSnapshots { Driver = driver, Provisions = true },
                Workloads = new SandboxWorkloads(),
            },
            ct);
        _sandbox = server;
        foreach (var resource in standIns)
        {
            server.Load(resource);
        }

        foreach (var snapshot in stored)
        {
            server.StoredSnapshots.Add(snapshot);
        }

        Kubeconfig = await _folder.WriteAsync("kubeconfig", server.Kubeconfig, ct);
    }

    private async Task StartRealAsync(string assets, IEnumerable<JsonObject> standIns, TimeProvider clock, CancellationToken ct)
    {
        var server = await EnvtestServer.StartAsync(assets, clock, ct);
        (_real, Kubeconfig) = (server, server.KubeconfigPath);
        using var client = new ClusterClient(Cluster.Connections.Kubeconfig.Load(new KubeconfigSource(Kubeconfig, null, Kubeconfig), clock), clock);
        foreach (var resource in standIns)
        {
            // A class of snapshots needs a kind that is served a moment later, and nothing looks for it without controllers.
            var kind = Array.Find([KnownKinds.Definition, KnownKinds.StorageClass], known => known.Kind == resource.Text("kind"));
            if (kind is not null && await client.ApplyAsync(new Resource(kind, resource), default, ct) is { Action: ApplyAction.Failed } refused)
            {
                throw new RunAiDrException(Fault.ClusterRefused, $"The throw-away API server refused {refused.Key}: {refused.Reason}", "Use another version of its programs.");
            }
        }
    }
}
