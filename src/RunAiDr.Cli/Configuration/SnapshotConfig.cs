using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Data.Postgres.External;

namespace RunAiDr.Cli.Configuration;

/// <summary>Which data of a cluster is kept besides its resources, and how.</summary>
internal sealed record SnapshotConfig
{
    /// <summary>Component → name of its provider, and how old its recovery point may be.</summary>
    public IReadOnlyDictionary<SnapshotComponent, ComponentConfig> Components { get; init; } =
        new Dictionary<SnapshotComponent, ComponentConfig>();

    /// <summary>Component → how old its recovery point may be; null for any age.</summary>
    public IReadOnlyDictionary<SnapshotComponent, TimeSpan?> Objectives =>
        Components.ToDictionary(component => component.Key, component => component.Value.Objective);

    public DatabaseConfig Database { get; init; } = new();

    /// <summary>Where the Prometheus API of the metrics is; null asks the Thanos query of the release.</summary>
    public Uri? PrometheusUrl { get; init; }

    public CsiOptions Csi { get; init; } = new();

    public DumpOptions Dumps { get; init; } = new();

    public ExternalOptions External { get; init; } = new();
}

internal sealed record ComponentConfig(string Provider, TimeSpan? Objective);

/// <summary>How the database is reached: by its host, or by Service and Secret of the release.</summary>
internal sealed record DatabaseConfig
{
    public string? Host { get; init; }

    public int Port { get; init; } = 5432;

    public string User { get; init; } = "postgres";

    public string? PasswordFile { get; init; }

    public PostgresTls? Tls { get; init; }

    public string? CaFile { get; init; }

    /// <summary>Databases of the scope; empty takes all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>See <see cref="PostgresOptions.Bracket"/>.</summary>
    public bool Bracket { get; init; }
}
