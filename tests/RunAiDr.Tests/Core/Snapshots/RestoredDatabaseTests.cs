using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Snapshots;

public sealed class RestoredDatabaseTests
{
    private static readonly DatabaseFingerprint Saved = new()
    {
        TakenAt = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero),
        ServerVersion = "16.4",
        SystemIdentifier = "7300000000000000001",
        Timeline = 2,
        Lsn = "16/B374D848",
        InRecovery = false,
        Roles = [new RoleContent("grafana", true, false, [])],
        Databases = [new DatabaseContent("backend", "runai", "UTF8", "C.UTF-8", 1000, [], ["public"], [new TableContent("public", "jobs", 10)])],
    };

    private static readonly DatabaseFingerprint Later = Saved with { Lsn = "16/B374D900", Databases = WithJobs(12) };

    [Fact]
    public void A_dump_must_hold_what_was_saved_on_whatever_server()
    {
        var elsewhere = Saved with { SystemIdentifier = "1", Timeline = 1, Lsn = "0/1", ServerVersion = "17.1" };

        Assert.Empty(RestoredDatabase.Compare(elsewhere, Reference()).Problems);
        Assert.Contains("2 rows more", Assert.Single(RestoredDatabase.Compare(Later, Reference()).Problems), StringComparison.Ordinal);
        Assert.Empty(RestoredDatabase.Compare(Saved with { Roles = [.. Saved.Roles, new RoleContent("dba", true, true, [])] }, Reference()).Problems);
        Assert.Single(RestoredDatabase.Compare(Saved with { Roles = [] }, Reference()).Problems);
    }

    [Fact]
    public void A_copy_of_a_volume_is_the_same_server_and_may_hold_what_was_written_meanwhile()
    {
        Assert.Empty(RestoredDatabase.Compare(Later, Csi()).Problems);
        Assert.Contains("another server", Assert.Single(RestoredDatabase.Compare(Later with { SystemIdentifier = "1" }, Csi()).Problems), StringComparison.Ordinal);
        Assert.Contains("1 row fewer", Assert.Single(RestoredDatabase.Compare(Later with { Databases = WithJobs(9) }, Csi()).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_others_must_have_reached_the_saved_point()
    {
        Assert.Empty(RestoredDatabase.Compare(Later with { Timeline = 3, Databases = WithJobs(3) }, External()).Problems);
        Assert.Contains("another server", Problem(Later with { SystemIdentifier = null }), StringComparison.Ordinal);
        Assert.Contains("recovery has not ended", Problem(Later with { InRecovery = true }), StringComparison.Ordinal);
        Assert.Contains("timeline 1, before the saved timeline 2", Problem(Later with { Timeline = 1 }), StringComparison.Ordinal);
        Assert.Contains("stands at 16/B374D847, before", Problem(Saved with { Lsn = "16/B374D847" }), StringComparison.Ordinal);
        Assert.Contains("timeline is not told", Problem(Later with { Timeline = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_without_a_fingerprint_is_refused() =>
        Assert.Throws<RunAiDrException>(() => RestoredDatabase.Compare(Saved, Reference() with { Fingerprint = null }));

    private static string Problem(DatabaseFingerprint live) => Assert.Single(RestoredDatabase.Compare(live, External()).Problems);

    private static DatabaseContent[] WithJobs(long rows) => [Saved.Databases[0] with { Tables = [new TableContent("public", "jobs", rows)] }];

    private static SnapshotReference Reference() => new()
    {
        Component = SnapshotComponent.Database,
        Provider = SnapshotSources.PgDump,
        Checkpoint = "weekly-1",
        TakenAt = Saved.TakenAt,
        Fingerprint = Saved,
    };

    private static SnapshotReference External() => Reference() with
    {
        Provider = SnapshotSources.External,
        External = new ExternalDatabase
        {
            Host = "db.example.internal",
            Port = 5432,
            SystemIdentifier = "7300000000000000001",
            Timeline = 2,
            Lsn = "16/B374D848",
            RecoveryTarget = "",
        },
    };

    private static SnapshotReference Csi() => Reference() with
    {
        Provider = SnapshotSources.Csi,
        Csi = new CsiSnapshot
        {
            Driver = "csi.example.com",
            SnapshotHandle = "handle",
            SnapshotClass = "class",
            DeletionPolicy = "Retain",
            Namespace = "runai-backend",
            Name = "snapshot",
            Content = "content",
            Claim = "data-runai-backend-postgresql-0",
            ClaimSpec = new JsonObject(),
        },
    };
}
