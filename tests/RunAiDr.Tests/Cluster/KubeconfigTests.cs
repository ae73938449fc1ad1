using System.Text;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Tests.Cluster;

public sealed class KubeconfigTests : IDisposable
{
    private const string Minimal = """
        apiVersion: v1
        kind: Config
        current-context: one
        contexts:
        - {name: one, context: {cluster: c, user: u}}
        - {name: two, context: {cluster: d}}
        clusters:
        - {name: c, cluster: {server: "https://one.example:6443"}}
        - {name: d, cluster: {server: "https://two.example/k8s/clusters/d"}}
        users:
        - {name: u, user: {token: t-1}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;
    private readonly TestAuthority _authority = new();

    [Fact]
    public void The_current_context_counts_unless_another_is_asked_for()
    {
        var path = Put("config", Minimal);

        Assert.Equal("https://one.example:6443/", Load(path).Server.ToString());
        Assert.Equal("https://two.example/k8s/clusters/d", Load(path, "two").Server.ToString());
    }

    [Fact]
    public void Of_equal_names_in_a_list_of_files_the_first_counts_whole()
    {
        var first = Put("first", """
            clusters: [{name: c, cluster: {server: "https://first.example"}}]
            users: [{name: u, user: {username: a, password: b}}]
            """);
        var second = Put("second", Minimal.Replace("cluster: {server", "cluster: {tls-server-name: second, server", StringComparison.Ordinal));

        var connection = Kubeconfig.Load(
            new KubeconfigSource(null, $"{first}:{_folder}/absent::{second}", "/nowhere"), TimeProvider.System);

        Assert.Equal("first.example", connection.Server.Host);
        Assert.Equal("Basic", Fixed(connection).Scheme);
    }

    [Fact]
    public void An_explicit_file_goes_before_the_list_and_the_list_before_the_default()
    {
        var (a, b, c) = (Put("a", Named("a")), Put("b", Named("b")), Put("c", Named("c")));

        Assert.Equal("a", Kubeconfig.Load(new KubeconfigSource(a, b, c), TimeProvider.System).Server.Host);
        Assert.Equal("b", Kubeconfig.Load(new KubeconfigSource(null, b, c), TimeProvider.System).Server.Host);
        Assert.Equal("c", Kubeconfig.Load(new KubeconfigSource(null, "", c), TimeProvider.System).Server.Host);

        static string Named(string host) => Minimal.Replace("one.example", host, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server: \"https://h:1\"", "https://h:1/")]
    [InlineData("server: h:1", "https://h:1/")]
    [InlineData("server: http://localhost:8001/", "http://localhost:8001/")]
    public void A_server_is_a_URL_and_https_where_it_does_not_say(string field, string expected)
    {
        Assert.Equal(expected, Load(Put("config", WithCluster(field))).Server.ToString());
    }

    [Fact]
    public void The_fields_of_a_cluster_are_taken()
    {
        var connection = Load(Put("config", WithCluster(
            "server: https://h", "tls-server-name: api.example", "proxy-url: socks5://p:1080", "disable-compression: true",
            $"certificate-authority-data: {Base64(_authority.Pem)}")));

        Assert.Equal(("api.example", "socks5://p:1080/", true), (connection.ServerName, connection.Proxy?.ToString(), connection.DisableCompression));
        Assert.Equal("CN=test-ca", Assert.Single(connection.Authorities!).Subject);
    }

    [Fact]
    public void Relative_paths_are_relative_to_their_file()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "pki"));
        var (certificate, key) = _authority.IssuePem("alice");
        Put("pki/ca.crt", _authority.Pem);
        Put("pki/me.crt", certificate);
        Put("pki/me.key", key);

        var connection = Load(Put("config", WithUser("client-certificate: pki/me.crt", "client-key: ./pki/me.key")
            .Replace("{server: \"https://one.example:6443\"}", "{server: \"https://h\", certificate-authority: pki/ca.crt}", StringComparison.Ordinal)));

        Assert.Equal("CN=alice", Fixed(connection).Chain![0].Subject);
        Assert.True(Fixed(connection).Chain![0].HasPrivateKey);
        Assert.Equal("CN=test-ca", connection.Authorities![0].Subject);
    }

    [Fact]
    public void A_user_may_act_as_another()
    {
        var connection = Load(Put("config", WithUser("token: t", "as: bob", "as-groups: [g1, g2]", "as-user-extra: {a/b: [x]}")));

        Assert.Equal(
            "Impersonate-User=bob Impersonate-Group=g1 Impersonate-Group=g2 Impersonate-Extra-a%2Fb=x",
            string.Join(' ', connection.Impersonation.Select(h => $"{h.Key}={h.Value}")));
    }

    [Theory]
    [InlineData("clusters: [", "config:")]
    [InlineData("- a list", "is not a kubeconfig")]
    [InlineData("current-context: x\ncontexts: text", "kubeconfig.contexts is not a list")]
    [InlineData("current-context: 7", "kubeconfig.current-context is not a text")]
    [InlineData("", "there is no current-context")]
    [InlineData("current-context: gone", "there is no context \"gone\"")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {cluster: gone}}]", "the cluster \"gone\", which is not there")]
    [InlineData("current-context: x\ncontexts: [{name: x, context: {}}]", "context \"x\" names no cluster")]
    public void A_malformed_file_is_refused_by_name(string text, string why)
    {
        AssertRefused(Put("config", text), why);
    }

    [Theory]
    [InlineData("users[u].token: the token is empty or holds", "token: \"CANARY-0001 x\"")]
    [InlineData("has both a token and a user name", "token: CANARY-0001", "username: u")]
    [InlineData("auth-provider \"gcp\", which Kubernetes no longer supports", "auth-provider: {name: gcp, config: {access-token: CANARY-0001}}")]
    [InlineData("users[u].client-key is not set", "client-certificate-data: Q0FOQVJZLTAwMDE=")]
    [InlineData("users[u].client-key-data is not base64", "client-key-data: \"CANARY-0001!\"")]
    [InlineData("it holds no PEM certificate", "client-certificate-data: Q0FOQVJZLTAwMDE=", "client-key-data: Q0FOQVJZLTAwMDE=")]
    [InlineData("users[u].client-certificate names", "client-certificate: absent.crt", "client-key: absent.key")]
    [InlineData("exec.apiVersion is not client.authentication.k8s.io/v1 or", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}")]
    [InlineData("exec.command is not set", "exec: {apiVersion: client.authentication.k8s.io/v1}")]
    [InlineData("users[u].as is not a text of ASCII characters", "as: \"a\\nImpersonate-Group: system:masters\"")]
    [InlineData("exec.command is not a program", "exec: {apiVersion: client.authentication.k8s.io/v1, command: \"x=y\"}")]
    [InlineData("exec.command is not a program", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [\"a\\0b\"]}")]
    [InlineData("asks questions", "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}")]
    public void A_wrong_user_is_refused_without_showing_secrets(string why, params string[] fields)
    {
        var failure = AssertRefused(Put("config", WithUser(fields)), why);

        Assert.DoesNotContain("CANARY", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Q0FOQVJZ", failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clusters[c].server is not set")]
    [InlineData("clusters[c].server is not an http or https URL", "server: ftp://h")]
    [InlineData("clusters[c].proxy-url is not a URL with scheme", "server: h", "proxy-url: ftp://h")]
    [InlineData("clusters[c].certificate-authority-data is not base64", "server: h", "certificate-authority-data: \"!\"")]
    [InlineData("clusters[c].insecure-skip-tls-verify is not true or false", "server: h", "insecure-skip-tls-verify: maybe")]
    [InlineData("config:8:34: clusters[c].insecure-skip-tls-verify is true: whoever answers", "server: h", "insecure-skip-tls-verify: true")]
    [InlineData("clusters[c].server is http: credentials and secrets would be sent in clear to h", "server: http://h")]
    [InlineData("clusters[c].server is not an http or https URL without credentials", "server: https://CANARY:CANARY@h")]
    [InlineData("clusters[c].tls-server-name is not a host name", "server: h", "tls-server-name: \"a b\"")]
    public void A_wrong_cluster_is_refused_by_name(string why, params string[] fields)
    {
        var failure = AssertRefused(Put("config", WithCluster(fields)), why);

        Assert.DoesNotContain("CANARY", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_verification_nobody_is_asked_and_the_other_ways_are_named()
    {
        var failure = AssertRefused(Put("config", WithCluster("server: h", "insecure-skip-tls-verify: true")), "insecure-skip-tls-verify is true");

        Assert.Contains("certificate-authority-data", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("tls-server-name", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kubeconfig_without_an_end_is_refused()
    {
        var failure = Assert.Throws<RunAiDrException>(() => Load("/dev/zero"));

        Assert.Contains("/dev/zero is larger than 4 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_client_certificate_is_found_before_connecting()
    {
        var (certificate, key) = _authority.IssuePem("alice", days: -3);

        AssertRefused(
            Put("config", WithUser($"client-certificate-data: {Base64(certificate)}", $"client-key-data: {Base64(key)}")),
            "the client certificate expired on 20");
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused()
    {
        var (certificate, _) = _authority.IssuePem("alice");
        var (_, key) = _authority.IssuePem("bob");

        AssertRefused(
            Put("config", WithUser($"client-certificate-data: {Base64(certificate)}", $"client-key-data: {Base64(key)}")),
            "does not belong to the certificate");
    }

    [Fact]
    public void A_missing_file_is_refused_by_name()
    {
        AssertRefused(Path.Combine(_folder, "absent"), "absent does not exist");
        var failure = Assert.Throws<RunAiDrException>(() =>
            Kubeconfig.Load(new KubeconfigSource(null, null, $"{_folder}/home"), TimeProvider.System));
        Assert.Contains("There is no kubeconfig", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_is_read_again_after_a_minute_and_after_a_refusal()
    {
        var clock = new HastyClock { Now = DateTimeOffset.UnixEpoch };
        Put("token", "t-1\n");
        var connection = Kubeconfig.Load(
            new KubeconfigSource(Put("config", WithUser("tokenFile: token")), null, ""), clock);

        Assert.Equal("Bearer t-1", await HeaderAsync(connection, refused: false));
        Put("token", "t-2");
        Assert.Equal("Bearer t-1", await HeaderAsync(connection, refused: false));
        Assert.Equal("Bearer t-2", await HeaderAsync(connection, refused: true));
        Put("token", "t-3");
        clock.Now += TimeSpan.FromSeconds(61);
        Assert.Equal("Bearer t-3", await HeaderAsync(connection, refused: false));
        File.Delete(Path.Combine(_folder, "token"));
        await Assert.ThrowsAsync<RunAiDrException>(() => HeaderAsync(connection, refused: true));
    }

    [Fact]
    public async Task In_a_cluster_the_service_account_is_used()
    {
        Put("token", "t-1");
        Put("ca.crt", _authority.Pem);

        var connection = InCluster.TryLoad(_folder, "fd00::1", "443", TimeProvider.System)!;

        Assert.Equal("https://[fd00::1]/", connection.Server.ToString());
        Assert.Equal("CN=test-ca", connection.Authorities![0].Subject);
        Assert.Equal("Bearer t-1", await HeaderAsync(connection, refused: false));
        Assert.Null(InCluster.TryLoad(_folder, null, null, TimeProvider.System));
        File.Delete(Path.Combine(_folder, "ca.crt"));
        Assert.Throws<RunAiDrException>(() => InCluster.TryLoad(_folder, "10.0.0.1", "443", TimeProvider.System));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunAiDrException AssertRefused(string path, string why)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Load(path));
        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        return failure;
    }

    private static ClusterConnection Load(string path, string? context = null) =>
        Kubeconfig.Load(new KubeconfigSource(path, null, "/nowhere", context), TimeProvider.System);

    private static Credential Fixed(ClusterConnection connection) =>
        Assert.IsType<FixedCredentials>(connection.Credentials).Credential;

    private static async Task<string> HeaderAsync(ClusterConnection connection, bool refused) =>
        (await connection.Credentials.GetAsync(refused, default)).Header!.ToString();

    private static string WithUser(params string[] fields) =>
        Minimal.Replace("{token: t-1}", $"{{{string.Join(", ", fields)}}}", StringComparison.Ordinal);

    private static string WithCluster(params string[] fields) =>
        Minimal.Replace("{server: \"https://one.example:6443\"}", $"{{{string.Join(", ", fields)}}}", StringComparison.Ordinal);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string Put(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
