using System.Globalization;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Tests.Cluster;

public sealed class ExecPluginTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("plugin").FullName;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task A_plugin_gives_a_token_and_is_told_what_it_needs(string version)
    {
        var connection = Load(
            """echo "$KUBERNETES_EXEC_INFO" > info; echo "$1 $EXTRA" > called; """ + Print(version, "\"token\":\"t-1\""), version);

        Assert.Equal("Bearer t-1", await HeaderAsync(connection));

        var info = await File.ReadAllTextAsync(Path.Combine(_folder, "info"));
        Assert.Contains($"\"apiVersion\":\"client.authentication.k8s.io/{version}\"", info, StringComparison.Ordinal);
        Assert.Contains("\"interactive\":false", info, StringComparison.Ordinal);
        Assert.Contains("\"server\":\"https://127.0.0.1:1\"", info, StringComparison.Ordinal);
        Assert.Equal("arg value\n", await File.ReadAllTextAsync(Path.Combine(_folder, "called")));
    }

    [Fact]
    public async Task A_token_is_kept_until_it_expires()
    {
        var clock = new HastyClock(divisor: 1) { Now = DateTimeOffset.UnixEpoch };
        var until = DateTimeOffset.UnixEpoch.AddMinutes(5).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var connection = Load(
            "echo x >> runs; " + Print("v1", "\"token\":\"t-'$(wc -l < runs)'\",\"expirationTimestamp\":\"" + until + "\""), clock: clock);

        Assert.Equal("Bearer t-1", await HeaderAsync(connection));
        Assert.Equal("Bearer t-1", await HeaderAsync(connection));
        clock.Now += TimeSpan.FromMinutes(6);
        Assert.Equal("Bearer t-2", await HeaderAsync(connection));
    }

    [Fact]
    public async Task A_refused_token_is_asked_for_once_more()
    {
        var connection = Load("echo x >> runs; " + Print("v1", "\"token\":\"t-'$(wc -l < runs)'\""));
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer t-2" ? 200 : 401;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{}");
        });
        using var client = new ClusterClient(server.Connection with { Credentials = connection.Credentials }, TimeProvider.System);

        Assert.NotNull(await client.GetRawAsync("/version", default));
    }

    [Fact]
    public async Task A_plugin_may_give_a_client_certificate()
    {
        var authority = new TestAuthority();
        var (certificate, key) = authority.IssuePem("alice");
        var connection = Load(Print("v1", $"\"clientCertificateData\":\"{Escaped(certificate)}\",\"clientKeyData\":\"{Escaped(key)}\"")
            .Replace("echo", "printf %s", StringComparison.Ordinal));
        await using var server = await LoopbackServer.StartAsync(
            async context =>
            {
                context.Response.ContentType = "application/json";
                await context.Response.WriteAsync($$"""{"client":"{{context.Connection.ClientCertificate?.Subject}}"}""");
            },
            authority.Issue("localhost"));
        using var client = new ClusterClient(
            server.Connection with { Authorities = authority.Trusted, Credentials = connection.Credentials }, TimeProvider.System);

        Assert.Equal("CN=alice", (string?)(await client.GetRawAsync("/version", default))["client"]);

        static string Escaped(string pem) => pem.Replace("\n", "\\n", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo CANARY-0001; echo CANARY-0002 >&2; exit 3", "failed with exit code 3")]
    [InlineData("echo CANARY-0001 is my token", "did not print a readable ExecCredential")]
    [InlineData("true", "did not print a readable ExecCredential")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"CANARY-0001\"}'", "did not print an ExecCredential of")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":{\"CANARY-0001\":1}}}'", "did not print a readable ExecCredential")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"clientKeyData\":\"CANARY-0001\"}}'", "neither a token nor")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"CANARY-0001 x\"}}'", "the token is empty or holds")]
    [InlineData("echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"kind\":\"CANARY-0001\"}'", "did not print a readable ExecCredential")]
    [InlineData("head -c 2000000 /dev/zero", "printed more than 1048576 bytes")]
    [InlineData("echo CANARY-0001; sleep 30", "gave no answer within 60 s")]
    [InlineData("sleep 5 & echo CANARY-0001", "gave no answer within 60 s")]
    public async Task A_failing_plugin_is_named_and_what_it_prints_is_not_shown(string script, string why)
    {
        var connection = Load(script, clock: why.StartsWith("gave no", StringComparison.Ordinal) ? new HastyClock() : null);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => HeaderAsync(connection));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Contains("users[u].exec", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", failure.ToString() + failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_is_named_with_its_hint()
    {
        var config = Config("v1").Replace("command: sh", "command: no-such-plugin", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder, "config"), config);
        var connection = Kubeconfig.Load(new KubeconfigSource($"{_folder}/config", null, ""), TimeProvider.System);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => HeaderAsync(connection));

        Assert.Contains("no-such-plugin is not installed", failure.Message, StringComparison.Ordinal);
        Assert.Equal("brew install it", failure.Remedy);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Print(string version, string status) =>
        "echo '{\"apiVersion\":\"client.authentication.k8s.io/" + version + "\",\"kind\":\"ExecCredential\",\"status\":{" + status + "}}'";

    private static async Task<string> HeaderAsync(ClusterConnection connection) =>
        (await connection.Credentials.GetAsync(refused: false, default)).Header!.ToString();

    private string Config(string version) => $$"""
        current-context: x
        contexts: [{name: x, context: {cluster: c, user: u} }]
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"} }]
        users:
        - name: u
          user:
            exec:
              apiVersion: client.authentication.k8s.io/{{version}}
              command: sh
              args: ["{{_folder}}/plugin", arg]
              env: [{name: EXTRA, value: value}]
              installHint: brew install it
              interactiveMode: IfAvailable
              provideClusterInfo: true
        """;

    private ClusterConnection Load(string script, string version = "v1", TimeProvider? clock = null)
    {
        var plugin = Path.Combine(_folder, "plugin");
        File.WriteAllText(plugin, $"cd {_folder}\n{script}\n");
        File.WriteAllText(Path.Combine(_folder, "config"), Config(version));
        return Kubeconfig.Load(new KubeconfigSource($"{_folder}/config", null, ""), clock ?? TimeProvider.System);
    }
}
