namespace RunAiDr.Core.Snapshots;

/// <summary>What a checkpoint takes its snapshots with.</summary>
public sealed record SnapshotSources
{
    public const string Csi = "csi";

    public const string PgDump = "pgdump";

    public const string External = "external";

    /// <summary>Component → its provider; a component that is absent is not wanted.</summary>
    public required IReadOnlyDictionary<SnapshotComponent, ISnapshotProvider> Providers { get; init; }

    /// <summary>Null when no database is wanted.</summary>
    public IDatabase? Database { get; init; }

    /// <summary>Null when nobody is to be asked what the metrics hold.</summary>
    public IMetricsStore? Metrics { get; init; }
}
