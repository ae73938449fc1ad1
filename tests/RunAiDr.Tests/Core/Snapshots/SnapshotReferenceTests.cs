using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Snapshots;

public class SnapshotReferenceTests
{
    private static readonly SnapshotReference Sample = new()
    {
        Component = SnapshotComponent.Metrics,
        Provider = "csi",
        Checkpoint = "nightly",
        TakenAt = new DateTimeOffset(2026, 11, 27, 1, 0, 3, TimeSpan.Zero),
        Location = "runai-backend/runai-dr-nightly-metrics",
        Warnings = ["something"],
        Csi = new CsiSnapshot
        {
            Driver = "csi.example.internal",
            SnapshotHandle = "snap-1",
            SnapshotClass = "fast",
            DeletionPolicy = "Retain",
            RestoreSize = 9_007_199_254_740_993,
            Namespace = "runai-backend",
            Name = "runai-dr-nightly-metrics",
            Content = "snapcontent-1",
            Claim = "data-runai-backend-thanos-receive-0",
            ClaimSpec = new JsonObject { ["volumeMode"] = "Filesystem" },
        },
        Metrics = new MetricsFacts(new Dictionary<string, string> { ["cluster"] = "prod" }) { Series = 12, Retention = "183d" },
    };

    [Fact]
    public void What_is_written_reads_back()
    {
        var bytes = Sample.ToBytes();

        var read = SnapshotReference.Parse(bytes, "snapshots/metrics.yaml");

        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(read.ToBytes()));
        Assert.Equal(9_007_199_254_740_993, read.Csi!.RestoreSize);
    }

    [Theory]
    [InlineData("[]", "not a mapping")]
    [InlineData("component: database", "formatVersion is missing")]
    [InlineData("formatVersion: 2", "format version 2")]
    [InlineData("formatVersion: 1", "a required key is missing")]
    [InlineData("{formatVersion: 1, component: disk, provider: csi, checkpoint: a, takenAt: 2026-11-27T00:00:00Z}", "component has an unexpected value")]
    [InlineData("{formatVersion: 1, component: database, provider: csi, checkpoint: a, takenAt: tomorrow}", "takenAt has an unexpected value")]
    public void What_is_no_reference_is_refused_with_the_reason(string yaml, string reason)
    {
        var failure = Assert.Throws<RunAiDrException>(() => SnapshotReference.Parse(Encoding.UTF8.GetBytes(yaml), "snapshots/x.yaml"));

        Assert.Equal(Fault.RestorePoint, failure.Fault);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }
}
