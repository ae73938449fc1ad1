using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Data.Postgres.External;

namespace RunAiDr.Cli.Configuration;

/// <summary>Reads what a cluster's configuration says of database and metrics.</summary>
internal sealed class SnapshotConfigReader(ConfigValues values, string prefix)
{
    public static readonly string[] Keys =
    [
        "release.name", "release.namespace",
        "database.provider", "database.objective", "database.host", "database.port", "database.user", "database.passwordFile",
        "database.tls", "database.caFile", "database.names[]",
        "database.claim", "database.bracket", "database.pgbackrest.stanza", "database.pgbackrest.configFile",
        "metrics.provider", "metrics.objective", "metrics.claim", "metrics.url",
        "csi.snapshotClass", "csi.groupSnapshotClass", "csi.timeout",
        "dumps.directory", "dumps.recipientsFile", "dumps.programFolder", "dumps.identityFile",
        "dumps.s3.bucket", "dumps.s3.endpoint", "dumps.s3.region", "dumps.s3.prefix",
        "dumps.s3.accessKeyFile", "dumps.s3.secretKeyFile", "dumps.s3.caFile",
    ];

    private static readonly TimeSpan LongestObjective = TimeSpan.FromDays(366);

    private static readonly Dictionary<string, PostgresTls> TlsModes = new(StringComparer.Ordinal)
    {
        ["disable"] = PostgresTls.Disable,
        ["prefer"] = PostgresTls.Prefer,
        ["require"] = PostgresTls.Require,
        ["verify-ca"] = PostgresTls.VerifyCa,
        ["verify-full"] = PostgresTls.VerifyFull,
    };

    public SnapshotConfig Read()
    {
        var components = new Dictionary<SnapshotComponent, ComponentConfig>();
        Add(SnapshotComponent.Database, "database", [SnapshotSources.Csi, SnapshotSources.PgDump, SnapshotSources.External], components);
        Add(SnapshotComponent.Metrics, "metrics", [SnapshotSources.Csi], components);
        var config = new SnapshotConfig
        {
            Components = components,
            Database = ReadDatabase(),
            PrometheusUrl = Address("metrics.url"),
            Csi = ReadCsi(),
            Dumps = ReadDumps(),
            External = new ExternalOptions
            {
                PgBackRestStanza = Text("database.pgbackrest.stanza"),
                PgBackRestConfig = values.FilePath(prefix + "database.pgbackrest.configFile"),
            },
        };
        CheckDumps(config);
        return config;
    }

    private void Add(SnapshotComponent component, string key, string[] known, Dictionary<SnapshotComponent, ComponentConfig> components)
    {
        if (Text($"{key}.provider") is not { } provider)
        {
            return;
        }

        if (!known.Contains(provider))
        {
            values.Mistake($"{prefix}{key}.provider", $"{provider}: not a provider of the {key}; known are {string.Join(", ", known)}");
        }

        components[component] = new ComponentConfig(
            provider, values.Duration($"{prefix}{key}.objective", TimeSpan.FromMinutes(1), LongestObjective));
    }

    private DatabaseConfig ReadDatabase()
    {
        var defaults = new DatabaseConfig();
        return new DatabaseConfig
        {
            Host = Text("database.host"),
            Port = (int)(values.Number(prefix + "database.port", 1, 65535, whole: true) ?? defaults.Port),
            User = Text("database.user") ?? defaults.User,
            PasswordFile = values.FilePath(prefix + "database.passwordFile"),
            Tls = ReadTls(),
            CaFile = values.FilePath(prefix + "database.caFile"),
            Names = values.Texts(prefix + "database.names"),
            Bracket = values.Flag(prefix + "database.bracket") ?? false,
        };
    }

    private PostgresTls? ReadTls()
    {
        if (Text("database.tls") is not { } mode)
        {
            return null;
        }

        if (TlsModes.TryGetValue(mode, out var tls))
        {
            return tls;
        }

        values.Mistake(prefix + "database.tls", $"{mode}: not one of {string.Join(", ", TlsModes.Keys)}");
        return null;
    }

    private CsiOptions ReadCsi()
    {
        var defaults = new CsiOptions();
        return new CsiOptions
        {
            Namespace = Text("release.namespace") ?? defaults.Namespace,
            Release = Text("release.name") ?? defaults.Release,
            DatabaseClaim = Text("database.claim"),
            MetricsClaim = Text("metrics.claim"),
            SnapshotClass = Text("csi.snapshotClass"),
            GroupSnapshotClass = Text("csi.groupSnapshotClass"),
            Timeout = values.Duration(prefix + "csi.timeout", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? defaults.Timeout,
        };
    }

    private DumpOptions ReadDumps() => new()
    {
        Directory = values.FilePath(prefix + "dumps.directory"),
        RecipientsFile = values.FilePath(prefix + "dumps.recipientsFile"),
        ProgramFolder = values.FilePath(prefix + "dumps.programFolder"),
        IdentityFile = values.FilePath(prefix + "dumps.identityFile"),
        S3 = Text("dumps.s3.bucket") is { } bucket ? ReadS3(bucket) : null,
    };

    private S3Options ReadS3(string bucket)
    {
        var s3 = new S3Options { Bucket = bucket };
        return s3 with
        {
            Endpoint = Encrypted("dumps.s3.endpoint"),
            Region = Text("dumps.s3.region") ?? s3.Region,
            Prefix = Text("dumps.s3.prefix")?.Trim('/') ?? s3.Prefix,
            AccessKey = SecretIn("dumps.s3.accessKeyFile"),
            SecretKey = SecretIn("dumps.s3.secretKeyFile"),
            AuthorityFile = values.FilePath(prefix + "dumps.s3.caFile"),
        };
    }

    private Func<SecretText>? SecretIn(string key) =>
        values.FilePath(prefix + key) is { } path ? () => SecretFile.Read(path, key) : null;

    private void CheckDumps(SnapshotConfig config)
    {
        var wanted = config.Components.GetValueOrDefault(SnapshotComponent.Database)?.Provider == SnapshotSources.PgDump;
        if (wanted && (config.Dumps.Directory is null) == (config.Dumps.S3 is null))
        {
            values.Mistake(prefix + "database.provider", "pgdump needs either dumps.directory or dumps.s3.bucket");
        }
    }

    private Uri? Encrypted(string key)
    {
        var address = Address(key);
        if (address is { Scheme: "http", IsLoopback: false })
        {
            values.Mistake(prefix + key, $"{key}: not https, so that dumps would be readable on the way");
        }

        return address;
    }

    private Uri? Address(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0)
        {
            return address;
        }

        values.Mistake(prefix + key, $"{key}: not an http or https address without a password in it");
        return null;
    }

    private string? Text(string key) => values.Text(prefix + key);
}
