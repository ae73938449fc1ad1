using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>
/// The control plane's volumes in a sandbox with a CSI driver that takes snapshots, and the provider under test, whose
/// time runs ten times as fast.
/// </summary>
internal sealed class SnapshotWorld : IAsyncDisposable, IProgress<SnapshotProgress>
{
    public const string Namespace = "runai-backend";
    public const string DatabaseClaim = "data-runai-backend-postgresql-0";
    public const string MetricsClaim = "data-runai-backend-thanos-receive-0";
    public const string DatabaseSnapshot = "runai-dr-nightly-database";
    public const string Location = $"{Namespace}/{DatabaseSnapshot}";

    private static readonly GroupSnapshotKinds Groups = GroupSnapshotKinds.At("v1");
    private static readonly string[] VolumeKinds = ["PersistentVolume", "PersistentVolumeClaim", "StatefulSet"];

    private readonly TestDirectory _folder = new();
    private readonly ConcurrentQueue<SnapshotProgress> _steps = new();
    private readonly List<ClusterClient> _clients = [];

    private SnapshotWorld(SandboxServer server)
    {
        Server = server;
        Client = Connect(server.Kubeconfig);
    }

    public SandboxServer Server { get; }

    /// <summary>How long the provider bears an error. No test may wait for it unless it sets it.</summary>
    public TimeSpan ErrorPatience { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The administrator's.</summary>
    public ClusterClient Client { get; }

    public SnapshotStorage Storage => Server.StoredSnapshots;

    public IEnumerable<string> Steps => _steps.Select(step => step.Step);

    public static async Task<SnapshotWorld> StartAsync(bool kinds = true, bool groups = false, TimeSpan? delay = null)
    {
        var options = new SandboxOptions
        {
            Clock = TimeProvider.System,
            Tokens = new Dictionary<string, SandboxUser>(StringComparer.Ordinal) { ["nobody"] = new("nobody"), ["service"] = new("system:serviceaccount:runai-dr:runai-dr") },
            Snapshots = new SandboxSnapshots { Delay = delay ?? TimeSpan.FromMilliseconds(50) },
        };
        var world = new SnapshotWorld(await SandboxServer.StartAsync(options, CancellationToken.None));
        world.Load(SampleInstallation.Resources().Where(IsNeeded));
        if (kinds)
        {
            world.Load(SampleInstallation.Snapshots());
        }

        if (groups)
        {
            world.LoadGroups();
        }

        return world;
    }

    /// <summary>With a driver that cuts several volumes at one moment.</summary>
    public static async Task<SnapshotWorld> StartWithGroupsAsync()
    {
        var world = await StartAsync(groups: true);
        world.LoadGroupClass("groups");
        return world;
    }

    public static SnapshotRequest Request(params SnapshotComponent[] components) =>
        new("prod", "nightly", components.Length == 0 ? [SnapshotComponent.Database] : components);

    public static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    public CsiSnapshots Provider(CsiOptions? options = null, string? token = null) => new(
        token is null ? Client : Connect(Server.KubeconfigForToken(token)),
        (options ?? new CsiOptions()) with { UndoLimit = TimeSpan.FromMinutes(20), ErrorPatience = ErrorPatience },
        new FastClock(10));

    /// <summary>The only outcome of the database.</summary>
    public async Task<SnapshotOutcome> TakeAsync(CsiOptions? options = null) =>
        Assert.Single(await Provider(options).TakeAsync(Request(), this, CancellationToken.None));

    /// <summary>A reference that was taken.</summary>
    public async Task<SnapshotReference> TakenAsync(CsiOptions? options = null)
    {
        var outcome = await TakeAsync(options);
        Assert.Null(outcome.Failure);
        return outcome.Reference!;
    }

    public Task<IReadOnlyList<SnapshotOutcome>> TakeBothAsync(CsiOptions? options = null) => Provider(options).TakeAsync(
        Request(SnapshotComponent.Database, SnapshotComponent.Metrics), this, CancellationToken.None);

    /// <summary>References to both.</summary>
    public async Task<IReadOnlyList<SnapshotReference>> TakenBothAsync(CsiOptions? options = null)
    {
        var outcomes = await TakeBothAsync(options);
        Assert.All(outcomes, outcome => Assert.Null(outcome.Failure));
        return [.. outcomes.Select(outcome => outcome.Reference!)];
    }

    /// <summary>Takes the content of the only group away, its data stays.</summary>
    public async Task LoseGroupContentAsync()
    {
        var content = Assert.Single(await Client.ListAsync(new(Groups.Content), default));
        await PatchAsync(Groups.Content, null, content.NameOf(), """{"metadata":{"finalizers":null}}""");
        await DeleteAsync(Groups.Content, null, content.NameOf());
    }

    public async Task AssertNothingIsLeftOfGroupsAsync()
    {
        await AssertNothingIsLeftAsync();
        Assert.Empty(await Client.ListAsync(new(Groups.Snapshot), default));
        Assert.Empty(await Client.ListAsync(new(Groups.Content), default));
    }

    public async Task AssertNothingIsLeftAsync()
    {
        Assert.Empty(Storage.Handles);
        Assert.Empty(await Client.ListAsync(new(SnapshotKinds.Snapshot), default));
        Assert.Empty(await Client.ListAsync(new(SnapshotKinds.Content), default));
    }

    public async Task<JsonObject> GetAsync(ResourceKind kind, string? @namespace, string name) =>
        await Client.GetAsync(kind, @namespace, name, default) ?? throw new InvalidOperationException($"no {kind.Kind} {name}");

    /// <summary>A merge patch, written as JSON.</summary>
    public Task PatchAsync(ResourceKind kind, string? @namespace, string name, string patch) =>
        Client.PatchAsync(kind, @namespace, name, Json(patch), default);

    /// <summary>Makes the volume of a claim one that nothing is ever cut of.</summary>
    public async Task LoseVolumeAsync(string claim)
    {
        var name = (string?)(await GetAsync(SnapshotKinds.Claim, Namespace, claim))["spec"]!["volumeName"];
        var volume = await GetAsync(SnapshotKinds.Volume, null, name!);
        volume["spec"]!["csi"]!.AsObject().Remove("volumeHandle");
        Server.Load(volume);
    }

    /// <summary>Waits until the provider has looked for longer than an error of ten seconds would be borne.</summary>
    public Task LooksAsync()
    {
        var before = _steps.Count;
        return EventuallyAsync(() => Task.FromResult(_steps.Count >= before + 30));
    }

    /// <summary>Loads a copy of an object under another name.</summary>
    public async Task CopyClaimAsync(string from, string to)
    {
        var copy = await GetAsync(SnapshotKinds.Claim, Namespace, from);
        copy["metadata"] = new JsonObject { ["name"] = to, ["namespace"] = Namespace };
        Server.Load(copy);
    }

    /// <summary>Deletes an object and waits until it is gone.</summary>
    public async Task DeleteAsync(ResourceKind kind, string? @namespace, string name)
    {
        await Client.DeleteAsync(kind, @namespace, name, default);
        await EventuallyAsync(async () => await Client.GetAsync(kind, @namespace, name, default) is null);
    }

    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    public void LoadClass(string name, string? driver = null, bool isDefault = false) => Server.Load(new JsonObject
    {
        ["apiVersion"] = "snapshot.storage.k8s.io/v1",
        ["kind"] = "VolumeSnapshotClass",
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["annotations"] = new JsonObject { ["snapshot.storage.kubernetes.io/is-default-class"] = isDefault ? "true" : "false" },
        },
        ["driver"] = driver ?? "csi.example.internal",
        ["deletionPolicy"] = "Delete",
    });

    public void LoadGroupClass(string name) => Server.Load(new JsonObject
    {
        ["apiVersion"] = "groupsnapshot.storage.k8s.io/v1",
        ["kind"] = "VolumeGroupSnapshotClass",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["driver"] = "csi.example.internal",
        ["deletionPolicy"] = "Delete",
    });

    public void Report(SnapshotProgress value) => _steps.Enqueue(value);

    public async ValueTask DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private static bool IsNeeded(JsonObject resource) =>
        VolumeKinds.Contains((string?)resource["kind"], StringComparer.Ordinal)
            ? (string?)resource["metadata"]!["namespace"] is null or Namespace
            : (string?)resource["kind"] == "Namespace" && (string?)resource["metadata"]!["name"] == Namespace;

    private void LoadGroups()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "TestData", "snapshots", "group-definitions.json");
        Load(Json(File.ReadAllText(file))["items"]!.AsArray().Select(item => item!.AsObject()));
    }

    private void Load(IEnumerable<JsonObject> resources)
    {
        foreach (var resource in resources)
        {
            Server.Load(resource);
        }
    }

    private ClusterClient Connect(string kubeconfig)
    {
        var file = _folder.File($"kubeconfig-{_clients.Count}");
        File.WriteAllText(file, kubeconfig);
        var client = new ClusterClient(Kubeconfig.Load(new KubeconfigSource(file, null, ""), TimeProvider.System), TimeProvider.System);
        _clients.Add(client);
        return client;
    }
}
