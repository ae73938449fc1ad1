using System.Text;
using System.Text.Json;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class RestorePointFuzzing
{
    private static readonly Scope Scope = Scope.RunAi();
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal) { ["runai"] = "elsewhere", ["runai-vision"] = "vision" };
    private static readonly RestoreMapping Mapping = new(Renamed, Renamed);

    [Fact]
    public Task A_forged_file_is_a_named_problem_or_can_be_planned()
    {
        var tree = SampleRestorePoint.Tree();
        // Path and content in one text, so that both are forged.
        byte[][] samples = [.. tree.Files.Select(file => (byte[])[.. Encoding.UTF8.GetBytes(file.Path + "\n"), .. tree.Read(file.Path) ?? []])];
        return Fuzzer.RunAsync("restore-point", samples, Plan, "namespaces/", "cluster/", "values/", ".release.yaml", "ownerReferences: ", "compareOnly: ", "SECRET");
    }

    [Fact]
    public Task A_forged_snapshot_reference_is_read_or_refused() => Fuzzer.RunAsync(
        "snapshot-reference",
        [.. References().Select(reference => reference.ToBytes())],
        input =>
        {
            var reference = SnapshotReference.Parse(input, "snapshots/database.yaml");
            Assert.NotNull(reference.ToBytes());
            _ = reference.Bytes;
        },
        "formatVersion: ", "csi: ", "dump: ", "external: ", "fingerprint: ", "takenAt: ");

    private static void Plan(byte[] input)
    {
        var end = Array.IndexOf(input, (byte)'\n');
        var path = Encoding.UTF8.GetString(input, 0, Math.Max(end, 0));
        var saved = new MemoryStateTree().Put(path, input[(end + 1)..]).Put(Given.Namespace("runai"));
        foreach (var tree in (RunAiDr.Core.State.IStateTree[])[saved, MappedStateTree.Of(saved, Mapping)])
        {
            var point = RestorePointReader.Read(tree);
            Assert.All(point.Problems, problem => Assert.StartsWith(problem.Path, problem.Message, StringComparison.Ordinal));
            if (point.Problems.Count == 0)
            {
                _ = RestoreOrder.Arrange(point.Restored);
                _ = DangerChecks.Of(point.Resources).Select(check => Visible.Text(check.Finding)).ToArray();
                _ = ScopeCheck.Of(Scope, point, new RehydrationOptions(), withReleases: true);
                _ = JsonSerializer.Serialize(point.SecretNames);
            }
        }

        var drift = StateDifference.Between(path, saved.Read(path), "a: 1\n"u8.ToArray());
        _ = DifferenceText.Lines([drift]).Concat(drift.UnifiedDiff()).ToArray();
    }

    private static IEnumerable<SnapshotReference> References()
    {
        var reference = new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = "pgdump",
            Checkpoint = "nightly",
            TakenAt = MemoryStateTree.Committed,
            Location = "runai-backend/nightly",
            Warnings = ["something"],
            Fingerprint = new DatabaseFingerprint
            {
                TakenAt = MemoryStateTree.Committed,
                ServerVersion = "15.18",
                SystemIdentifier = "7000000000000000001",
                Timeline = 1,
                Lsn = "16/B374D848",
                InRecovery = false,
                Databases = [new("backend", "postgres", "UTF8", "C", 8_000_000, [new("plpgsql", "1.0")], ["public"], [new("public", "users", 7)])],
                Roles = [],
            },
            Metrics = new MetricsFacts(new Dictionary<string, string>(StringComparer.Ordinal) { ["cluster"] = "prod" }) { Series = 12, Retention = "183d" },
        };
        yield return reference;
        yield return reference with
        {
            Csi = new CsiSnapshot
            {
                Driver = "csi.example.internal",
                SnapshotHandle = "snap-1",
                SnapshotClass = "fast",
                DeletionPolicy = "Retain",
                RestoreSize = 9_007_199_254_740_993,
                Namespace = "runai-backend",
                Name = "nightly",
                Content = "snapcontent-1",
                Claim = "data-0",
                ClaimSpec = [],
            },
        };
    }
}
