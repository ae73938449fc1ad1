using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>Which phases of a restore point are played, and why others are not.</summary>
/// <param name="LeftOut">What this machine or its configuration lacks.</param>
/// <param name="NotProven">What no rehearsal can prove, and why.</param>
internal sealed record RehearsalCourse(IReadOnlyList<LeftOutPhase> LeftOut, IReadOnlyList<string> NotProven)
{
    private const string NoControllers = "a real API server has no controllers here";

    /// <summary>What is played.</summary>
    public required IReadOnlySet<RestorePhase> Phases { get; init; }

    /// <summary>Whether a dump is really restored.</summary>
    public required bool RestoresDump { get; init; }

    /// <param name="point">The restore point.</param>
    /// <param name="config">Where charts and dumps are.</param>
    /// <param name="hasControllers">Whether the throw-away control plane makes volumes and gets workloads ready.</param>
    /// <param name="hasPostgres">Whether this machine has the programs of a PostgreSQL server.</param>
    public static RehearsalCourse Of(RestorePoint point, ClusterConfig config, bool hasControllers, bool hasPostgres)
    {
        var charts = config.Restore;
        var usable = point.Snapshots.Where(reference => reference.Failure is null).ToList();
        var database = usable.Find(reference => reference.Component == SnapshotComponent.Database);
        LeftOutPhase?[] leftOut =
        [
            WhyNoVolumes(point, charts, hasControllers),
            WhyNoRelease(point, RestorePhase.ControlPlane, charts.ControlPlaneChart, hasControllers),
            WhyNoDump(database?.Dump, config.Snapshots, hasPostgres),
            WhyNoRelease(point, RestorePhase.Cluster, charts.ClusterChart, hasControllers),
        ];
        var lacking = leftOut.OfType<LeftOutPhase>().ToList();
        var unprovable = usable.Where(IsUnprovable);
        var notPlayed = lacking.Select(phase => phase.Phase).Append(RestorePhase.Metrics);
        return new RehearsalCourse(lacking, [.. unprovable.Select(Why)])
        {
            Phases = Enum.GetValues<RestorePhase>()
                .Except(database is { Dump: null } ? notPlayed.Append(RestorePhase.Database) : notPlayed).ToHashSet(),
            RestoresDump = database?.Dump is not null && !lacking.Exists(phase => phase.Phase == RestorePhase.Database),
        };
    }

    private static LeftOutPhase? WhyNoVolumes(RestorePoint point, RestoreConfig charts, bool hasControllers)
    {
        var drivers = StandIns.Drivers(point);
        var why = drivers.Count == 0 ? null
            : !hasControllers ? NoControllers
            : drivers.Count > 1 ? $"they are of several drivers, and only one can be played: {string.Join(", ", drivers)}"
            : charts.ControlPlaneChart is null && point.Releases.Any(release => release.IsControlPlane) ? "charts.controlPlane is not configured, so nothing would use them"
            : null;
        return why is null ? null : new(RestorePhase.Volumes, why);
    }

    private static LeftOutPhase? WhyNoDump(DumpSet? dump, SnapshotConfig config, bool hasPostgres)
    {
        // Whoever makes the dumps needs no private key, and often has none on purpose.
        var why = dump is null ? null
            : !hasPostgres ? "this machine has no programs of a PostgreSQL server"
            : dump.Recipients.Count > 0 && config.Dumps.IdentityFile is null ? "the dump is encrypted, and dumps.identityFile is not configured"
            : null;
        return why is null ? null : new(RestorePhase.Database, why);
    }

    private static LeftOutPhase? WhyNoRelease(RestorePoint point, RestorePhase phase, string? chart, bool hasControllers)
    {
        var isControlPlane = phase == RestorePhase.ControlPlane;
        if (!point.Releases.Any(release => release.IsControlPlane == isControlPlane))
        {
            return null;
        }

        return !hasControllers ? new(phase, NoControllers)
            : chart is null ? new(phase, $"charts.{(isControlPlane ? "controlPlane" : "cluster")} is not configured")
            : null;
    }

    private static bool IsUnprovable(SnapshotReference reference) =>
        reference.Component == SnapshotComponent.Metrics || reference.Dump is null;

    private static string Why(SnapshotReference reference) =>
        $"{CheckpointSummary.NameOf(reference.Component)}: {(reference.Csi is null ? "others back it up" : "only the storage can open the snapshot")}, so what it holds is not compared";
}
