using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Core.Export;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Checkpoints;

/// <summary>The recorded installation with a repository of its own and two components in one storage.</summary>
internal sealed class CheckpointScene : IDisposable
{
    public const string Cluster = TestRepository.Cluster;

    private readonly TestRepository _repository = new();

    public CheckpointScene()
    {
        Storage = new FakeSnapshots(SnapshotSources.Csi, Clock);
        Store = GitStateStore.Open(_repository.Options, Clock);
        Sources = new SnapshotSources
        {
            Providers = new Dictionary<SnapshotComponent, ISnapshotProvider>
            {
                [SnapshotComponent.Database] = Storage,
                [SnapshotComponent.Metrics] = Storage,
            },
            Database = Database,
        };
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 27, 1, 0, 3, TimeSpan.Zero));

    public RecordedCluster Live { get; } = new();

    /// <summary>Called when the export begins to read.</summary>
    public Action<CancellationToken> Reading { get; set; } = ct => ct.ThrowIfCancellationRequested();

    public FakeSnapshots Storage { get; }

    public FakeDatabase Database { get; } = new();

    public SnapshotSources Sources { get; set; }

    public GitStateStore Store { get; }

    public GitProgram Git => _repository.Git;

    public Pruning Pruning => new(Cluster, Store, Sources);

    public Task<CheckpointReport> TakeAsync(string name, bool allowPartial = false, CancellationToken ct = default) =>
        new CheckpointTaker(new ClusterExporter(new HookedReader(Live, ct => Reading(ct)), Scope.RunAi()), Store, Sources, new DeletionGuard(), Clock)
            .TakeAsync(new CheckpointRequest(Cluster, name) { AllowPartial = allowPartial }, new Progress<SnapshotProgress>(), ct);

    /// <summary>A checkpoint that runai-dr names, at the time the clock shows.</summary>
    public Task<CheckpointReport> TakeAutomaticAsync(bool allowPartial = false) =>
        TakeAsync(CheckpointName.At(Clock.GetUtcNow()), allowPartial);

    public SnapshotReference? Reference(SnapshotComponent component, string? reference = null) =>
        SnapshotReference.In(Store.Open(Cluster, reference), component);

    /// <summary>Moves a tag to a commit whose reference of the database is of a later format.</summary>
    public void Damage(string tag)
    {
        using (var writer = Store.Begin(Cluster))
        {
            foreach (var file in Store.Open(Cluster, tag).Files)
            {
                writer.Put(file.Path, Store.Open(Cluster, tag).Read(file.Path) ?? []);
            }

            writer.Put("snapshots/database.yaml", "formatVersion: 99\n"u8);
            writer.Commit(new CommitText("Damage", "", []));
        }

        Git.Run("tag", "-f", "-a", "-m", $"Checkpoint {tag} of cluster {Cluster}", $"dr/{Cluster}/{tag}", "main");
    }

    public string[] Tags() => [.. Store.Tags(Cluster).Select(tag => tag.Name).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Store.Dispose();
        _repository.Dispose();
    }

    private sealed class HookedReader(RecordedCluster cluster, Action<CancellationToken> reading) : IClusterReader
    {
        public Task<ClusterIdentity> IdentifyAsync(CancellationToken ct)
        {
            reading(ct);
            return cluster.IdentifyAsync(ct);
        }

        public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct) => cluster.DiscoverAsync(ct);

        public IAsyncEnumerable<CutPage> ReadCutAsync(IReadOnlyList<ListSelection> selections, CancellationToken ct) =>
            cluster.ReadCutAsync(selections, ct);
    }
}
