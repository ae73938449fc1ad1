using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>Installs charts on the target with the <c>helm</c> program.</summary>
public interface IHelm
{
    /// <summary>Looks at the program, at the chart, and at what the target has of this release.</summary>
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    Task<PartPlan> PlanAsync(ReleaseInstall wanted, CancellationToken ct);

    /// <summary>
    /// Returns once every workload of the release is ready. A release that has this very chart and these very values is
    /// left alone; one that an interrupted run left pending is taken over.
    /// </summary>
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    Task<PartOutcome> InstallAsync(ReleaseInstall wanted, IProgress<PartProgress> progress, CancellationToken ct);
}

/// <summary>One Helm release to install.</summary>
public sealed record ReleaseInstall
{
    /// <summary>Name of the release.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Name of the chart as saved, such as <c>control-plane</c>.</summary>
    public required string Chart { get; init; }

    /// <summary>The saved version; no other is installed.</summary>
    public required string ChartVersion { get; init; }

    /// <summary>
    /// Where the chart is: the URL of a chart repository, <c>oci://</c> of a chart, <c>repository/chart</c> as helm's own
    /// configuration knows it, a directory, or a <c>.tgz</c> file.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>The user-supplied values as YAML, secrets filled in.</summary>
    public required SecretText Values { get; init; }

    /// <summary>A deployed release that differs is changed; otherwise it is a conflict.</summary>
    public bool MayChange { get; init; }

    /// <summary>How long the workloads may take to be ready, and helm itself.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The server checks every write and persists none.</summary>
    public bool DryRun { get; init; }
}
