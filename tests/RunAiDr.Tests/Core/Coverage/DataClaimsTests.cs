using System.Text;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Coverage;

/// <summary>Whether the content of a volume of the control plane counts as saved.</summary>
public sealed class DataClaimsTests
{
    private const string Database = "data-runai-backend-postgresql-0";

    private static readonly ResourceKind Claim = new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced: true);

    [Theory]
    [InlineData(Database)]
    [InlineData("data-runai-backend-postgresql-12")]
    [InlineData("pvc-postgresql")]
    [InlineData("data-runai-backend-thanos-receive-0")]
    [InlineData("pvc-thanos-receive")]
    public void Without_a_checkpoint_it_is_not_saved(string name)
    {
        var (reason, detail) = Explain(name, null) ?? throw new InvalidOperationException("It is no such claim.");

        Assert.Equal(CoverageReason.NotSaved, reason);
        Assert.StartsWith("no checkpoint has the ", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data-runai-backend-redis-queue-master-0")]
    [InlineData("data-runai-backend-postgresql-x")]
    [InlineData("data-other-postgresql-0")]
    public void Other_claims_are_not_its_business(string name) => Assert.Null(Explain(name, null));

    [Fact]
    public void A_snapshot_saves_the_claim_that_it_is_of_whatever_its_name()
    {
        Assert.Equal((CoverageReason.Snapshot, "checkpoint nightly"), Explain(Database, Csi(Database)));
        Assert.Equal((CoverageReason.Snapshot, "checkpoint nightly"), Explain("of-our-own", Csi("of-our-own")));
        Assert.Equal((CoverageReason.NotSaved, "checkpoint nightly has the database of claim of-our-own"), Explain(Database, Csi("of-our-own")));
    }

    [Fact]
    public void A_dump_saves_the_database_and_one_that_stands_elsewhere_does_not()
    {
        var dump = Reference("pgdump") with { Dump = new DumpSet("17.2", [], []) };

        Assert.Equal((CoverageReason.Snapshot, "checkpoint nightly"), Explain(Database, dump));
        Assert.Equal((CoverageReason.NotSaved, "checkpoint nightly has the database of elsewhere"), Explain(Database, Reference("external")));
    }

    [Fact]
    public void What_a_partial_checkpoint_lacks_is_not_saved() => Assert.Equal(
        (CoverageReason.NotSaved, "checkpoint nightly lacks the database: the driver gave up"),
        Explain(Database, Reference("csi") with { Failure = "the driver gave up" }));

    private static (CoverageReason Reason, string Detail)? Explain(string name, SnapshotReference? reference)
    {
        var tree = new MemoryStateTree();
        if (reference is not null)
        {
            tree.Put(SnapshotReference.PathOf(reference.Component), reference.ToBytes());
        }

        var json = Encoding.UTF8.GetBytes($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "runai-backend"}}""");
        return new DataClaims(Scope.RunAi().Releases, new SavedResources(tree)).Explain(ResourceHead.Read(Claim, json));
    }

    private static SnapshotReference Csi(string claim) => Reference("csi") with
    {
        Csi = new CsiSnapshot
        {
            Driver = "csi.example.internal",
            SnapshotHandle = "snap-1",
            SnapshotClass = "fast",
            DeletionPolicy = "Retain",
            Namespace = "runai-backend",
            Name = "nightly",
            Content = "content",
            Claim = claim,
            ClaimSpec = [],
        },
    };

    private static SnapshotReference Reference(string provider) => new()
    {
        Component = SnapshotComponent.Database,
        Provider = provider,
        Checkpoint = "nightly",
        TakenAt = MemoryStateTree.Committed,
    };
}
