using RunAiDr.Core;
using RunAiDr.Git;

namespace RunAiDr.Cli.Configuration;

/// <summary>
/// Reads the configuration file and the environment variables that override it, and tells every mistake at once, each
/// with its line.
/// </summary>
internal sealed class ConfigReader(string path, IReadOnlyDictionary<string, string> environment)
{
    private const string Clusters = "clusters";

    // Of each cluster, at the top or in the list.
    private static readonly string[] ClusterKeys = ["scope", "secretRules", "kubeconfig", "context", .. SnapshotConfigReader.Keys, .. RestoreConfig.Keys];

    private static readonly string[] Keys =
    [
        "cluster", .. ClusterKeys, "clusters[].name", .. ClusterKeys.Select(key => $"clusters[].{key}"),
        "repository", "branch", "author.name", "author.email", "deletionGuard.share", "deletionGuard.count",
        "sync.settle", "sync.maxWait", "sync.resync", .. WebConfig.Keys,
        "remote.url", "remote.username", "remote.tokenFile", "remote.caFile", "remote.proxy",
        "remote.sshKeyFile", "remote.passphraseFile", "remote.knownHostsFile", .. ReviewConfig.Keys,
        "leaderElection.enabled", "leaderElection.namespace", "leaderElection.name",
        .. SealingConfig.Keys,
        "checkpoint.schedule", "checkpoint.timeZone", "rehearsal.schedule",
        "retention.keepLast", "retention.keepDaily", "retention.keepWeekly", "retention.keepMonthly", .. SignatureConfig.Keys,
        .. NotificationConfig.Keys,
    ];

    private readonly ConfigValues _values = new(path, Keys);

    /// <exception cref="RunAiDrException">The file is missing, unreadable or wrong.</exception>
    public DrConfig Read()
    {
        _values.Load();
        _values.Override(environment);
        var defaults = new DrConfig { Clusters = [], Repository = "" };
        var zone = ReadTimeZone();
        var remote = ReadRemote();
        var config = new DrConfig
        {
            Clusters = ReadClusters(),
            Repository = _values.FilePath("repository") ?? _values.Missing("repository"),
            Branch = _values.Text("branch") ?? defaults.Branch,
            AuthorName = _values.Text("author.name") ?? defaults.AuthorName,
            AuthorEmail = _values.Text("author.email") ?? defaults.AuthorEmail,
            DeletionGuard = new(
                _values.Number("deletionGuard.share", 0, 1) ?? defaults.DeletionGuard.Share,
                (int)(_values.Number("deletionGuard.count", 0, int.MaxValue, whole: true) ?? defaults.DeletionGuard.Count)),
            Sync = ReadSync(defaults.Sync),
            Web = WebConfig.Read(_values),
            Remote = remote,
            Review = ReviewConfig.Read(_values, remote),
            Sealing = SealingConfig.Read(_values),
            LeaderElection = new(
                _values.Flag("leaderElection.enabled") ?? false,
                _values.Text("leaderElection.namespace"),
                _values.Text("leaderElection.name") ?? defaults.LeaderElection.Name),
            Schedule = ReadSchedule("checkpoint.schedule", zone),
            Rehearsals = ReadSchedule("rehearsal.schedule", zone),
            Retention = new(Count("retention.keepLast"), Count("retention.keepDaily"), Count("retention.keepWeekly"), Count("retention.keepMonthly"))
            {
                TimeZone = zone,
            },
            Signatures = SignatureConfig.Read(_values),
            Notifications = NotificationConfig.Read(_values),
        };
        _values.ThrowMistakes();
        return config;
    }

    private int Count(string key) => (int)(_values.Number(key, 0, 10_000, whole: true) ?? 0);

    private TimeZoneInfo ReadTimeZone()
    {
        if (_values.Text("checkpoint.timeZone") is not { } name)
        {
            return TimeZoneInfo.Utc;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        _values.Mistake("checkpoint.timeZone", $"{name}: not a time zone of the IANA database, such as Europe/Berlin");
        return TimeZoneInfo.Utc;
    }

    private CheckpointSchedule? ReadSchedule(string key, TimeZoneInfo zone)
    {
        if (_values.Text(key) is not { } text)
        {
            return null;
        }

        if (CheckpointSchedule.TryParse(text, zone) is { } schedule)
        {
            return schedule;
        }

        _values.Mistake(key, $"{text}: not a cron expression of five fields (minute hour day month weekday), such as 0 2 * * *");
        return null;
    }

    private SyncConfig ReadSync(SyncConfig defaults) => new(
        _values.Duration("sync.settle", TimeSpan.Zero, TimeSpan.FromHours(1)) ?? defaults.Settle,
        _values.Duration("sync.maxWait", TimeSpan.Zero, TimeSpan.FromHours(1)) ?? defaults.MaxWait,
        _values.Duration("sync.resync", TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)) ?? defaults.Resync);

    private RemoteConfig? ReadRemote()
    {
        if (_values.Text("remote.url") is not { } url)
        {
            return null;
        }

        if (GitRemote.RefusalOf(url) is { } refusal)
        {
            _values.Mistake("remote.url", refusal);
        }

        var proxy = _values.Text("remote.proxy");
        if (proxy is not null && !(Uri.TryCreate(proxy, UriKind.Absolute, out var address) && address is { Scheme: "http", UserInfo: "" }))
        {
            _values.Mistake("remote.proxy", "remote.proxy: not an http address without a password in it");
        }

        return new RemoteConfig(url)
        {
            Username = _values.Text("remote.username"),
            TokenFile = _values.FilePath("remote.tokenFile"),
            CaFile = _values.FilePath("remote.caFile"),
            Proxy = proxy,
            SshKeyFile = _values.FilePath("remote.sshKeyFile"),
            PassphraseFile = _values.FilePath("remote.passphraseFile"),
            KnownHostsFile = _values.FilePath("remote.knownHostsFile"),
        };
    }

    /// <summary>Either one cluster at the top, or several in a list.</summary>
    private List<ClusterConfig> ReadClusters()
    {
        var count = _values.CountOf(Clusters);
        if (count == 0)
        {
            return [ReadCluster("", "cluster")];
        }

        if (_values.Text("cluster") is not null)
        {
            _values.Mistake("cluster", "cluster and clusters exclude each other");
        }

        var clusters = Enumerable.Range(0, count).Select(i => ReadCluster($"{Clusters}[{i}].", "name")).ToList();
        foreach (var twice in clusters.GroupBy(cluster => cluster.Name, StringComparer.Ordinal).Where(same => same.Count() > 1))
        {
            _values.Mistake($"{Clusters}[0].name", $"cluster {twice.Key} is listed twice");
        }

        return clusters;
    }

    private ClusterConfig ReadCluster(string prefix, string nameKey)
    {
        var key = prefix + nameKey;
        var name = _values.Text(key) ?? _values.Missing(key);
        if (name.Length > 0 && !ClusterName.IsLegal(name))
        {
            _values.Mistake(key, $"{name}: a cluster name has {ClusterName.Rule}");
        }

        return new ClusterConfig(name)
        {
            Scope = _values.FilePath(prefix + "scope"),
            SecretRules = _values.FilePath(prefix + "secretRules"),
            Kubeconfig = _values.FilePath(prefix + "kubeconfig"),
            Context = _values.Text(prefix + "context"),
            Snapshots = new SnapshotConfigReader(_values, prefix).Read(),
            Restore = RestoreConfig.Read(_values, prefix),
        };
    }
}
