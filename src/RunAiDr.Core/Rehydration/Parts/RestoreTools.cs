namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>What restores the parts of a restore point that are no resources.</summary>
public sealed record RestoreTools
{
    public required IVolumeRestorer Volumes { get; init; }

    public required IHelm Helm { get; init; }

    public required IWorkloads Workloads { get; init; }

    public required IRestoredData Data { get; init; }

    public required ChartSources Charts { get; init; }

    /// <summary>How long a release may take to be ready.</summary>
    public TimeSpan ReleaseLimit { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a volume may take.</summary>
    public TimeSpan VolumeLimit { get; init; } = TimeSpan.FromMinutes(30);
}

/// <summary>Where the charts are, see <see cref="ReleaseInstall.Source"/>; null where nobody has said.</summary>
public sealed record ChartSources(string? ControlPlane, string? Cluster)
{
    internal string? Of(SavedRelease release) => release.IsControlPlane ? ControlPlane : Cluster;
}
