namespace RunAiDr.Core.Snapshots;

/// <summary>What a checkpoint takes its snapshots with.</summary>
public sealed record SnapshotSources
{
    public const string Csi = "csi";

    public const string PgDump = "pgdump";

    public const string External = "external";

    /// <summary>Component → its provider; a component that is absent is not wanted.</summary>
    public required IReadOnlyDictionary<SnapshotComponent, ISnapshotProvider> Providers { get; init; }

    /// <summary>Who made a snapshot; null when the configuration no longer names that provider.</summary>
    public ISnapshotProvider? ProviderOf(SnapshotReference reference) =>
        Providers.Values.FirstOrDefault(provider => provider.Name == reference.Provider);

    /// <summary>Null when no database is wanted.</summary>
    public IDatabase? Database { get; init; }

    /// <summary>Null when nobody is to be asked what the metrics hold.</summary>
    public IMetricsStore? Metrics { get; init; }
}
