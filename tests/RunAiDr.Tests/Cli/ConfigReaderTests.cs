using System.Net;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

public sealed class ConfigReaderTests : IDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_short_file_has_the_documented_defaults()
    {
        var config = Read("cluster: prod\nrepository: dr.git\n");

        Assert.Equal([new ClusterConfig("prod")], config.Clusters);
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
                Listen = new(IPAddress.Loopback, 8080),
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
            [new ClusterConfig("prod") { Scope = _folder.File("my-scope.yaml"), Kubeconfig = "/etc/kubeconfig", Context = "production" }],
            config.Clusters);
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
                Listen = new(IPAddress.IPv6Loopback, 9),
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
                new ClusterConfig("east") { Context = "east-admin" },
                new ClusterConfig("west") { Kubeconfig = _folder.File("west.yaml") },
            ],
            config.Clusters);
    }

    [Theory]
    [InlineData("cluster: a\nclusters: [{name: b}]\nrepository: r", "exclude each other")]
    [InlineData("clusters: [{name: b}, {name: b}]\nrepository: r", "listed twice")]
    [InlineData("clusters: [{context: b}]\nrepository: r", "clusters[0].name is missing")]
    [InlineData("clusters: [{name: b, color: red}]\nrepository: r", ":1:22: unknown key clusters[0].color")]
    [InlineData("cluster: a\nrepository: r\nsync: {settle: 2}", ":3:8: sync.settle 2: not a duration")]
    [InlineData("cluster: a\nrepository: r\nsync: {resync: 1s}", "not a duration from 10 s")]
    [InlineData("cluster: a\nrepository: r\nlisten: 8080", "not an address and a port")]
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

        Assert.Equal(plain.Clusters, config.Clusters);
        Assert.Equal(plain with { Clusters = config.Clusters }, config);
    }

    [Fact]
    public void The_configuration_of_the_deployment_is_valid()
    {
        var config = Read(RepositoryFiles.Read("templates/deploy/runai-dr.yaml"));

        Assert.True(config.LeaderElection.Enabled);
        Assert.Equal(IPAddress.Any, config.Listen.Address);
    }

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
