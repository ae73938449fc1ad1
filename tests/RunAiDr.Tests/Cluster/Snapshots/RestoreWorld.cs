using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>A fresh target whose storage knows one snapshot, and the restorer under test, whose time runs twenty times as fast.</summary>
internal sealed class RestoreWorld : IAsyncDisposable, IProgress<PartProgress>
{
    public const string Namespace = "runai-backend";
    public const string Claim = "data-runai-backend-postgresql-0";
    public const string Handle = "snap-saved";
    public const string Driver = "csi.example.internal";
    public const long Size = 50L << 30;

    private readonly TestDirectory _folder = new();
    private readonly ConcurrentQueue<string> _steps = new();
    private readonly List<ClusterClient> _clients = [];

    private RestoreWorld(SandboxServer server)
    {
        Server = server;
        Client = Connect(server.Kubeconfig);
    }

    public SandboxServer Server { get; }

    /// <summary>The administrator's.</summary>
    public ClusterClient Client { get; }

    public SnapshotStorage Storage => Server.StoredSnapshots;

    public IEnumerable<string> Steps => _steps;

    public static async Task<RestoreWorld> StartAsync(bool kinds = true, bool waits = false, SandboxWorkloads? workloads = null)
    {
        var world = new RestoreWorld(await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Tokens = new Dictionary<string, SandboxUser>(StringComparer.Ordinal) { ["nobody"] = new("nobody") },
                Snapshots = new SandboxSnapshots { Delay = TimeSpan.Zero, Provisions = true },
                Workloads = workloads,
            },
            CancellationToken.None));
        world.Load($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Namespace}}}"} }""");
        world.Load($$$"""{"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"{{{Driver}}}"},"spec":{} }""");
        world.LoadClass("fast-ssd", waits: waits);
        foreach (var resource in kinds ? SampleInstallation.Snapshots() : [])
        {
            world.Server.Load(resource);
        }

        world.Storage.Add(new StoredSnapshot(Handle, Size, DateTimeOffset.UnixEpoch.AddYears(56)));
        return world;
    }

    public static VolumeRestore Wanted(string checkpoint = "nightly", string? handle = null, JsonObject? claim = null) => new()
    {
        Checkpoint = checkpoint,
        Component = SnapshotComponent.Database,
        Namespace = Namespace,
        Claim = Claim,
        Snapshot = new CsiSnapshot
        {
            Driver = Driver,
            SnapshotHandle = handle ?? Handle,
            SnapshotClass = "fast-ssd-snapshots",
            DeletionPolicy = "Retain",
            RestoreSize = Size,
            Namespace = "runai-backend",
            Name = "runai-dr-nightly-database",
            Content = "snapcontent-of-the-lost-cluster",
            Claim = Claim,
            ClaimSpec = claim ?? SnapshotWorld.Json("""
                {"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"50Gi"} },"storageClassName":"fast-ssd",
                 "volumeMode":"Filesystem"}
                """),
        },
    };

    /// <summary>Into another storage class than the saved one.</summary>
    public static VolumeRestore InClass(string name)
    {
        var wanted = Wanted();
        wanted.Saved.ClaimSpec["storageClassName"] = name;
        return wanted;
    }

    public VolumeRestorer Restorer(ClusterClient? client = null, int patience = 36000) => new(client ?? Client, new FastClock(20))
    {
        SnapshotPatience = TimeSpan.FromSeconds(patience),
        ClaimPatience = TimeSpan.FromSeconds(patience),
    };

    /// <summary>With so little patience that an error counts after half a second.</summary>
    public Task<PartOutcome> FailAsync(VolumeRestore wanted) => Restorer(patience: 10).RestoreAsync(wanted, this, default);

    public Task<PartOutcome> RestoreAsync(VolumeRestore? wanted = null) => Restorer().RestoreAsync(wanted ?? Wanted(), this, default);

    public async Task<PartOutcome> RestoredAsync(VolumeRestore? wanted = null)
    {
        var outcome = await RestoreAsync(wanted);
        Assert.True(outcome.Action is ApplyAction.Created, outcome.ToString());
        return outcome;
    }

    public Task<PartPlan> PlanAsync(VolumeRestore? wanted = null, string? token = null) =>
        Restorer(token is null ? null : Connect(Server.KubeconfigForToken(token))).PlanAsync(wanted ?? Wanted(), default);

    public async Task<JsonObject> GetAsync(ResourceKind kind, string? @namespace, string name) =>
        await Client.GetAsync(kind, @namespace, name, default) ?? throw new InvalidOperationException($"no {kind.Kind} {name}");

    public Task<JsonObject> ClaimAsync(string name = Claim) => GetAsync(SnapshotKinds.Claim, Namespace, name);

    public async Task<JsonObject> OnlyAsync(ResourceKind kind) => Assert.Single(await Client.ListAsync(new(kind), default));

    /// <summary>Handle of the snapshot that the volume of a claim was made from.</summary>
    public async Task<string?> DataOfAsync(string claim = Claim)
    {
        var volume = await GetAsync(SnapshotKinds.Volume, null, (string)(await ClaimAsync(claim))["spec"]!["volumeName"]!);
        var handle = (string?)volume["spec"]!["csi"]!["volumeHandle"];
        return Storage.Volumes.Single(stored => stored.Handle == handle).Snapshot;
    }

    public void Load(string resource) => Server.Load(SnapshotWorld.Json(resource));

    public void LoadClass(string name, string provisioner = Driver, bool waits = false, bool isDefault = false) => Load($$$"""
        {"apiVersion":"storage.k8s.io/v1","kind":"StorageClass",
         "metadata":{"name":"{{{name}}}","annotations":{"storageclass.kubernetes.io/is-default-class":"{{{(isDefault ? "true" : "false")}}}"} },
         "provisioner":"{{{provisioner}}}","reclaimPolicy":"Delete","volumeBindingMode":"{{{(waits ? "WaitForFirstConsumer" : "Immediate")}}}"}
        """);

    /// <summary>A volume that another tool brought back, of its own claim when it was alive.</summary>
    public void LoadVolume(string name, string? claim = "lost/old-claim", string phase = "Released", string policy = "Delete")
    {
        var volume = SnapshotWorld.Json($$$"""
            {"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"{{{name}}}"},
             "spec":{"capacity":{"storage":"80Gi"},"accessModes":["ReadWriteOnce"],"storageClassName":"fast-ssd","volumeMode":"Filesystem",
               "persistentVolumeReclaimPolicy":"{{{policy}}}","csi":{"driver":"other.example.internal","volumeHandle":"vol-1"} },
             "status":{"phase":"{{{phase}}}"} }
            """);
        if (claim?.Split('/') is [var ns, var of])
        {
            volume["spec"]!["claimRef"] = new JsonObject
            {
                ["kind"] = "PersistentVolumeClaim",
                ["namespace"] = ns,
                ["name"] = of,
                ["uid"] = "00000000-0000-0000-0000-000000000001",
            };
        }

        Server.Load(volume);
    }

    public ClusterClient Connect(string kubeconfig)
    {
        var file = _folder.File($"kubeconfig-{_clients.Count}");
        File.WriteAllText(file, kubeconfig);
        var client = new ClusterClient(Kubeconfig.Load(new KubeconfigSource(file, null, ""), TimeProvider.System), TimeProvider.System);
        _clients.Add(client);
        return client;
    }

    public void Report(PartProgress value) => _steps.Enqueue(value.Step);

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
