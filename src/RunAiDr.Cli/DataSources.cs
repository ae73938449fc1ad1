using System.Net;
using System.Text;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Dumps.Restoring;
using RunAiDr.Data.Postgres;
using RunAiDr.Data.Postgres.External;

namespace RunAiDr.Cli;

/// <summary>
/// Database, metrics and snapshot providers of one cluster. The database of the release is found by its Service and Secret;
/// outside the cluster it is reached by a port-forward.
/// </summary>
internal sealed class DataSources : IAsyncDisposable
{
    private static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);

    // Of the sub-chart bitnami/postgresql, new and old.
    private static readonly string[] PasswordKeys = ["postgres-password", "postgresql-postgres-password", "postgresql-password"];

    private readonly PortForward? _forward;

    private DataSources(SnapshotSources sources, PortForward? forward) => (Sources, _forward) = (sources, forward);

    public SnapshotSources Sources { get; }

    /// <summary>Restores dumps into the database; null when the configuration names no place of dumps.</summary>
    public IDatabaseRestorer? Restorer { get; private init; }

    /// <summary>Reaches for what the configuration names.</summary>
    /// <param name="config">Of the cluster.</param>
    /// <param name="cluster">Where Service, Secret and volumes are.</param>
    /// <param name="inside">Whether this process runs in that cluster and reaches its Services.</param>
    /// <param name="clock">Of the providers.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The database of the release cannot be found or reached.</exception>
    public static async Task<DataSources> OpenAsync(
        SnapshotConfig config, ClusterClient cluster, bool inside, TimeProvider clock, CancellationToken ct)
    {
        var hasDatabase = config.Components.ContainsKey(SnapshotComponent.Database);
        var password = hasDatabase ? await PasswordAsync(config, cluster, ct) : () => null;
        var forward = hasDatabase && config.Database.Host is null && !inside
            ? await PortForward.OpenAsync(cluster, config.Csi.Namespace, ServiceOf(config), config.Database.Port, ct)
            : null;
        var connector = new PostgresConnector(Options(config, forward, password));
        var sources = new SnapshotSources
        {
            Providers = Providers(config, cluster, connector, clock),
            Database = hasDatabase ? new PostgresDatabase(connector, clock) : null,
            Metrics = config.Components.ContainsKey(SnapshotComponent.Metrics) ? new ReleaseMetrics(config, cluster, inside, clock) : null,
        };
        return new DataSources(sources, forward) { Restorer = RestorerOf(config, connector, clock) };
    }

    /// <summary>Restores dumps; null when the configuration names no place of them.</summary>
    public static IDatabaseRestorer? RestorerOf(SnapshotConfig config, PostgresConnector connector, TimeProvider clock) =>
        config.Dumps is { Directory: null, S3: null } ? null : new DumpRestorer(connector, config.Dumps, clock);

    /// <summary>Leads to no database: for what looks at storage only.</summary>
    public static PostgresConnector Nowhere(SnapshotConfig config) => new(Options(config, null, () => null));

    /// <summary>
    /// As <see cref="OpenAsync"/>, to check, list and delete snapshots: the database is reached for only where it is what
    /// tells, so that a dead one hides nothing.
    /// </summary>
    public static Task<DataSources> OpenStorageAsync(
        SnapshotConfig config, ClusterClient cluster, bool inside, TimeProvider clock, CancellationToken ct)
    {
        if (config.Components.GetValueOrDefault(SnapshotComponent.Database)?.Provider == SnapshotSources.External)
        {
            return OpenAsync(config, cluster, inside, clock, ct);
        }

        return Task.FromResult(new DataSources(new SnapshotSources { Providers = Providers(config, cluster, Nowhere(config), clock) }, null));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in Sources.Providers.Values.OfType<IDisposable>())
        {
            provider.Dispose();
        }

        if (_forward is not null)
        {
            await _forward.DisposeAsync();
        }
    }

    private static string ServiceOf(SnapshotConfig config) => $"{config.Csi.Release}-postgresql";

    private static Dictionary<SnapshotComponent, ISnapshotProvider> Providers(
        SnapshotConfig config, ClusterClient cluster, PostgresConnector connector, TimeProvider clock)
    {
        // One provider for all volumes, so that it can take them at one moment.
        var csi = new CsiSnapshots(cluster, config.Csi, clock);
        return config.Components.ToDictionary(component => component.Key, component => component.Value.Provider switch
        {
            SnapshotSources.PgDump => new PgDumpSnapshots(connector, config.Dumps, clock),
            SnapshotSources.External => new ExternalSnapshots(connector, config.External, clock),
            _ => (ISnapshotProvider)csi,
        });
    }

    private static PostgresOptions Options(SnapshotConfig config, PortForward? forward, Func<SecretText?> password) => new()
    {
        Host = config.Database.Host ?? $"{ServiceOf(config)}.{config.Csi.Namespace}.svc",
        Port = config.Database.Port,
        Dial = forward?.Local,
        Trouble = () => forward?.Trouble,
        User = config.Database.User,
        Password = password,
        Tls = config.Database.Tls ?? (IsNear(config.Database.Host) ? PostgresTls.Prefer : PostgresTls.VerifyFull),
        AuthorityFile = config.Database.CaFile,
        Databases = config.Database.Names,
        Bracket = config.Database.Bracket,
    };

    // The database of the release, reached through the API server or inside the cluster, and one on this machine.
    private static bool IsNear(string? host) =>
        host is null or "localhost" || host.StartsWith('/') || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>From the file of the configuration, or from the Secret of the release.</summary>
    private static async Task<Func<SecretText?>> PasswordAsync(SnapshotConfig config, ClusterClient cluster, CancellationToken ct)
    {
        if (config.Database.PasswordFile is { } path)
        {
            return () => SecretFile.Read(path, "database.passwordFile");
        }

        if (config.Database.Host is not null)
        {
            return () => null;
        }

        var name = ServiceOf(config);
        var data = (await cluster.GetAsync(Secret, config.Csi.Namespace, name, ct))?.Map("data") ?? [];
        var password = PasswordKeys.Select(key => data.Text(key)).OfType<string>().FirstOrDefault() ?? throw new RunAiDrException(
            Fault.Snapshot,
            $"Secret {config.Csi.Namespace}/{name} with the password of the database is not there, or has none of the keys {string.Join(", ", PasswordKeys)}.",
            "Set database.passwordFile, or database.host for a database of your own.");
        var text = new SecretText(Encoding.UTF8.GetString(Convert.FromBase64String(password)));
        return () => text;
    }
}
