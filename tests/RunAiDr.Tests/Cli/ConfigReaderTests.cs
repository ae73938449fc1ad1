using System.Net;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

public sealed class ConfigReaderTests : IDisposable
{
    private static readonly SnapshotConfig Nothing = new();

    private readonly TestDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_short_file_has_the_documented_defaults()
    {
        var config = Read("cluster: prod\nrepository: dr.git\n");

        Assert.Equal([new ClusterConfig("prod") { Snapshots = Nothing }], Bare(config));
        Assert.Equal(
            new DrConfig
            {
                Clusters = config.Clusters,
                Repository = _folder.File("dr.git"),
                Branch = "main",
                AuthorName = "runai-dr",
                AuthorEmail = "runai-dr@localhost",
                DeletionGuard = new(0.3, 10),
                Sync = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(30)),
                Web = new(new IPEndPoint(IPAddress.Loopback, 8080)),
                Remote = null,
                LeaderElection = new(false, null, "runai-dr"),
            },
            config);
    }

    [Fact]
    public void Every_key_is_read_and_paths_are_relative_to_the_file()
    {
        var config = Read("""
            cluster: prod
            repository: git/dr.git
            branch: record
            scope: my-scope.yaml
            kubeconfig: /etc/kubeconfig
            context: production
            author: {name: DR, email: dr@example.org}
            deletionGuard: {share: 0.5, count: 3}
            sync: {settle: 500ms, maxWait: 1.5s, resync: 2h}
            listen: "[::1]:9"
            tls: {certFile: tls.crt, keyFile: tls.key}
            access: {tokensFile: tokens}
            leaderElection: {enabled: true, namespace: dr, name: writer}
            remote:
              url: https://git.example.org/dr.git
              username: robot
              tokenFile: token
              caFile: ca.pem
              proxy: http://proxy.example.org:3128
              sshKeyFile: key
              passphraseFile: passphrase
              knownHostsFile: known_hosts
            """);

        Assert.Equal(
            [new ClusterConfig("prod") { Scope = _folder.File("my-scope.yaml"), Kubeconfig = "/etc/kubeconfig", Context = "production", Snapshots = Nothing }],
            Bare(config));
        Assert.Equal(
            new DrConfig
            {
                Clusters = config.Clusters,
                Repository = _folder.File("git/dr.git"),
                Branch = "record",
                AuthorName = "DR",
                AuthorEmail = "dr@example.org",
                DeletionGuard = new(0.5, 3),
                Sync = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1.5), TimeSpan.FromHours(2)),
                Web = new(new IPEndPoint(IPAddress.IPv6Loopback, 9))
                {
                    Certificate = new(_folder.File("tls.crt"), _folder.File("tls.key")),
                    TokensFile = _folder.File("tokens"),
                },
                LeaderElection = new(true, "dr", "writer"),
                Remote = new("https://git.example.org/dr.git")
                {
                    Username = "robot",
                    TokenFile = _folder.File("token"),
                    CaFile = _folder.File("ca.pem"),
                    Proxy = "http://proxy.example.org:3128",
                    SshKeyFile = _folder.File("key"),
                    PassphraseFile = _folder.File("passphrase"),
                    KnownHostsFile = _folder.File("known_hosts"),
                },
            },
            config);
    }

    [Theory]
    [InlineData("{recipientsFile: r, hmacKeyFile: k}", "r", null, false)]
    [InlineData("{recipientsFile: r, hmacKeyFile: k, encryption: age}", "r", null, false)]
    [InlineData("{recipientsFile: r, hmacKeyFile: k, encryption: sops}", "r", null, true)]
    [InlineData("{sopsConfigFile: s, hmacKeyFile: k, encryption: sops}", null, "s", true)]
    public void For_whom_secrets_are_encrypted_is_read(string secrets, string? recipients, string? sopsConfig, bool usesSops)
    {
        var config = Read($"cluster: prod\nrepository: dr.git\nsecrets: {secrets}\n");

        Assert.Equal(
            new SealingConfig(_folder.File("k"))
            {
                RecipientsFile = recipients is null ? null : _folder.File(recipients),
                SopsConfigFile = sopsConfig is null ? null : _folder.File(sopsConfig),
                UsesSops = usesSops,
            },
            config.Sealing);
    }

    [Fact]
    public void Every_mistake_is_told_at_once_with_its_line()
    {
        var failure = Refused("""
            cluster: Prod_1
            brunch: main
            author:
              name: [a]
              mail: x
            deletionGuard:
              share: 30
              count: many
            """);

        var path = _folder.File("runai-dr.yaml");
        Assert.Equal(
            [
                $"{path}:2:1", $"{path}:4:3", $"{path}:5:3", $"{path}:1:1", $"{path}: repository is missing", $"{path}:7:3",
                $"{path}:8:3",
            ],
            failure.Message.Split('\n').Select((line, index) => index == 4 ? line : string.Join(':', line.Split(':')[..3])));
        Assert.Contains("known are cluster, scope", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "cluster is missing")]
    [InlineData("- a\n", "not a mapping")]
    [InlineData("cluster: [\n", "not valid YAML")]
    [InlineData("cluster: prod\ncluster: prod\n", "twice")]
    [InlineData("cluster: -x\nrepository: a\n", "cluster name")]
    [InlineData("cluster: prod\nrepository: a\ndeletionGuard: {count: 1.5}\n", "count 1.5")]
    [InlineData("cluster: prod\nrepository: a\nauthor: me\n", "unknown key author")]
    public void A_wrong_file_is_refused(string text, string reason) =>
        Assert.Contains(reason, Refused(text).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_says_how_to_make_one()
    {
        var failure = Assert.Throws<RunAiDrException>(() => new ConfigReader(_folder.File("none.yaml"), _environment).Read());

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains("runai-dr init", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_goes_before_the_file()
    {
        _environment["RUNAI_DR_CLUSTER"] = "other";
        _environment["RUNAI_DR_AUTHOR_NAME"] = "Robot";
        _environment["RUNAI_DR_DELETIONGUARD_COUNT"] = "99";
        _environment["RUNAI_DR_BRANCH"] = "";

        var config = Read("cluster: prod\nrepository: dr.git\nbranch: record\n");

        Assert.Equal(("other", "Robot", 99, "record"), (config.Clusters.Single().Name, config.AuthorName, config.DeletionGuard.Count, config.Branch));
    }

    [Fact]
    public void A_mistake_in_the_environment_names_the_variable()
    {
        _environment["RUNAI_DR_DELETIONGUARD_SHARE"] = "half";

        Assert.Contains("RUNAI_DR_DELETIONGUARD_SHARE", Refused("cluster: prod\nrepository: dr.git\n").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_clusters_are_listed_each_with_its_own_access()
    {
        var config = Read("""
            repository: dr.git
            clusters:
            - name: east
              context: east-admin
            - {name: west, kubeconfig: west.yaml}
            """);

        Assert.Equal(
            [
                new ClusterConfig("east") { Context = "east-admin", Snapshots = Nothing },
                new ClusterConfig("west") { Kubeconfig = _folder.File("west.yaml"), Snapshots = Nothing },
            ],
            Bare(config));
    }

    [Theory]
    [InlineData("cluster: a\nclusters: [{name: b}]\nrepository: r", "exclude each other")]
    [InlineData("clusters: [{name: b}, {name: b}]\nrepository: r", "listed twice")]
    [InlineData("clusters: [{context: b}]\nrepository: r", "clusters[0].name is missing")]
    [InlineData("clusters: [{name: b, color: red}]\nrepository: r", ":1:22: unknown key clusters[0].color")]
    [InlineData("cluster: a\nrepository: r\nnotifications: [{name: x}]", "exactly one of them is needed")]
    [InlineData("cluster: a\nrepository: r\nnotifications: [{name: x, url: 'http://example.org/'}]", "notifications[0].url: not an https address")]
    [InlineData("cluster: a\nrepository: r\nnotifications: [{name: x, urlFile: u, events: [fire]}]", "fire: not one of guard-stopped,")]
    [InlineData("cluster: a\nrepository: r\nnotifications: [{name: x, urlFile: u, format: xml}]", "xml: not one of json, slack")]
    [InlineData("cluster: a\nrepository: r\nnotifications: [{name: x, urlFile: u}, {name: x, urlFile: u}]", "listed twice")]
    [InlineData("cluster: a\nrepository: r\nsync: {settle: 2}", ":3:8: sync.settle 2: not a duration")]
    [InlineData("cluster: a\nrepository: r\nsync: {resync: 1s}", "not a duration from 10 s")]
    [InlineData("cluster: a\nrepository: r\nlisten: 8080", "not an address and a port")]
    [InlineData("cluster: a\nrepository: r\ntls: {certFile: c}", ":3:7: tls.certFile and tls.keyFile go together")]
    [InlineData("cluster: a\nrepository: r\ntls: {keyFile: k}", ":3:7: tls.certFile and tls.keyFile go together")]
    [InlineData("cluster: a\nrepository: r\nsecrets: {recipientsFile: f}", ":3:11: secrets.hmacKeyFile is missing: recipients and HMAC key go together")]
    [InlineData("cluster: a\nrepository: r\nsecrets: {hmacKeyFile: f}", ":3:11: secrets.recipientsFile is missing")]
    [InlineData("cluster: a\nrepository: r\nsecrets: {encryption: gpg}", ":3:11: gpg: not one of age, sops")]
    [InlineData("cluster: a\nrepository: r\nsecrets: {hmacKeyFile: f, sopsConfigFile: s}", ":3:27: secrets.sopsConfigFile is for secrets.encryption: sops")]
    [InlineData("cluster: a\nrepository: r\nsecrets: {hmacKeyFile: f, recipientsFile: r, sopsConfigFile: s, encryption: sops}", "instead of secrets.recipientsFile")]
    [InlineData("cluster: a\nrepository: r\nleaderElection: {enabled: maybe}", "not true or false")]
    public void A_mistake_is_told_with_its_place(string text, string complaint)
    {
        Assert.Contains(complaint, Refused(text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_of_init_is_valid()
    {
        var template = RepositoryFiles.Read("templates/config/runai-dr.yaml")
            .Replace("{{cluster}}", "prod", StringComparison.Ordinal)
            .Replace("{{repository}}", "\"dr.git\"", StringComparison.Ordinal);

        var (plain, config) = (Read("cluster: prod\nrepository: dr.git\n"), Read(template));

        Assert.Equal(Bare(plain), Bare(config));
        Assert.Equal(plain with { Clusters = config.Clusters }, config);
    }

    [Fact]
    public void The_configuration_of_the_deployment_is_valid()
    {
        var config = Read(RepositoryFiles.Read("templates/deploy/runai-dr.yaml"));

        Assert.True(config.LeaderElection.Enabled);
        Assert.Equal(IPAddress.Any, config.Web.Listen.Address);
    }

    [Fact]
    public void What_is_taken_of_database_and_metrics_is_read()
    {
        var config = Read("""
            cluster: prod
            repository: dr.git
            release: {name: backend, namespace: control}
            database:
              provider: pgdump
              objective: 26h
              host: db.example.org
              port: 5433
              user: dr
              passwordFile: password
              tls: verify-full
              caFile: ca.pem
              names: [backend, keycloak]
            metrics: {provider: csi, objective: 2h, claim: thanos, url: "https://thanos.example.org"}
            csi: {snapshotClass: fast, timeout: 30m}
            dumps: {directory: dumps, recipientsFile: recipients.txt}
            checkpoint: {schedule: 0 2 * * *, timeZone: Europe/Berlin}
            rehearsal: {schedule: 0 4 * * 0}
            retention: {keepLast: 3, keepDaily: 7, keepWeekly: 4, keepMonthly: 12}
            """);

        var snapshots = config.Clusters.Single().Snapshots;
        Assert.Equal(
            [
                (SnapshotComponent.Database, new ComponentConfig("pgdump", TimeSpan.FromHours(26))),
                (SnapshotComponent.Metrics, new ComponentConfig("csi", TimeSpan.FromHours(2))),
            ],
            snapshots.Components.Select(component => (component.Key, component.Value)));
        Assert.Equal(["backend", "keycloak"], snapshots.Database.Names);
        Assert.Equal(
            new DatabaseConfig
            {
                Host = "db.example.org",
                Port = 5433,
                User = "dr",
                PasswordFile = _folder.File("password"),
                Tls = PostgresTls.VerifyFull,
                CaFile = _folder.File("ca.pem"),
                Names = snapshots.Database.Names,
            },
            snapshots.Database);
        Assert.Equal(
            new CsiOptions { Release = "backend", Namespace = "control", MetricsClaim = "thanos", SnapshotClass = "fast", Timeout = TimeSpan.FromMinutes(30) },
            snapshots.Csi);
        Assert.Equal((_folder.File("dumps"), _folder.File("recipients.txt")), (snapshots.Dumps.Directory, snapshots.Dumps.RecipientsFile));
        Assert.Equal("0 2 * * * Europe/Berlin", config.Schedule!.ToString());
        Assert.Equal("0 4 * * 0 Europe/Berlin", config.Rehearsals!.ToString());
        Assert.Equal(
            new RetentionPolicy(3, 7, 4, 12) { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") }, config.Retention);
    }

    [Theory]
    [InlineData("database: {provider: rsync}", "known are csi, pgdump, external")]
    [InlineData("database: {provider: pgdump}", "either dumps.directory or dumps.s3.bucket")]
    [InlineData("database: {provider: csi, tls: maybe}", "verify-full")]
    [InlineData("metrics: {provider: pgdump}", "known are csi")]
    [InlineData("metrics: {provider: csi, url: 'http://user:secret@host'}", "without a password")]
    [InlineData("dumps: {s3: {bucket: b, endpoint: 'http://s3.example.org'}}", "dumps.s3.endpoint: not https")]
    [InlineData("dumps: {s3: {bucket: b, endpoint: 'https://user:secret@host'}}", "without a password")]
    [InlineData("remote: {url: 'https://user:secret@host/x'}", "has credentials in it")]
    [InlineData("remote: {url: 'http://host/x'}", "is not encrypted")]
    [InlineData("remote: {url: /x, proxy: 'http://user:secret@host'}", "remote.proxy: not an http address without a password")]
    [InlineData("checkpoint: {schedule: daily}", "cron expression of five fields")]
    [InlineData("rehearsal: {schedule: sometimes}", "cron expression of five fields")]
    [InlineData("checkpoint: {timeZone: Mars/Olympus}", "time zone")]
    [InlineData("retention: {keepLast: -1}", "not a number from 0")]
    [InlineData("database: {provider: csi, objective: soon}", "not a duration")]
    public void A_mistake_in_snapshots_is_told(string text, string complaint)
    {
        var message = Refused($"cluster: prod\nrepository: dr.git\n{text}\n").Message;

        Assert.Contains(":3:", message, StringComparison.Ordinal);
        Assert.Contains(complaint, message, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown key", message, StringComparison.Ordinal);
    }

    /// <summary>The clusters without what is read of their data, which holds lists.</summary>
    private static IEnumerable<ClusterConfig> Bare(DrConfig config) =>
        config.Clusters.Select(cluster => cluster with { Snapshots = Nothing });

    private DrConfig Read(string text)
    {
        var path = _folder.File("runai-dr.yaml");
        File.WriteAllText(path, text);
        return new ConfigReader(path, _environment).Read();
    }

    private RunAiDrException Refused(string text)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Read(text));
        Assert.Equal(Fault.Configuration, failure.Fault);
        return failure;
    }
}
