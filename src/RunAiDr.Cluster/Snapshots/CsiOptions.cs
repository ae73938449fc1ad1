namespace RunAiDr.Cluster.Snapshots;

/// <summary>Which volumes are snapshotted, and how.</summary>
public sealed record CsiOptions
{
    /// <summary>Namespace of the control plane.</summary>
    public string Namespace { get; init; } = "runai-backend";

    /// <summary>Helm release of the control plane; the names of its workloads begin with it.</summary>
    public string Release { get; init; } = "runai-backend";

    /// <summary>Claim of the PostgreSQL volume; null finds it by the workloads of the release.</summary>
    public string? DatabaseClaim { get; init; }

    /// <summary>Claim of the metrics volume; null finds it by the workloads of the release.</summary>
    public string? MetricsClaim { get; init; }

    /// <summary>VolumeSnapshotClass; null takes the default one of the volume's driver, or its only one.</summary>
    public string? SnapshotClass { get; init; }

    /// <summary>VolumeGroupSnapshotClass; null takes the default one of the driver where the API is served.</summary>
    public string? GroupSnapshotClass { get; init; }

    /// <summary>
    /// How long the snapshots of one checkpoint may take to become usable. A group gets half of it, so that time is left
    /// to take the volumes one beside the other.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the removal of what was half made is waited for.</summary>
    internal TimeSpan UndoLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an error of a driver that has given up must stay to count.</summary>
    internal TimeSpan ErrorPatience { get; init; } = TimeSpan.FromSeconds(30);
}
