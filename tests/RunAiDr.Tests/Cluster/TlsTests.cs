using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;

namespace RunAiDr.Tests.Cluster;

public class TlsTests
{
    private readonly TestAuthority _authority = new();

    [Fact]
    public async Task A_certificate_of_the_given_authority_is_trusted()
    {
        await AssertTrustedAsync(_authority.Issue("localhost"), _authority.Trusted);
    }

    [Fact]
    public async Task An_intermediate_authority_alone_is_an_anchor_as_in_kubectl()
    {
        var intermediate = new TestAuthority("test-intermediate", _authority);

        await AssertTrustedAsync(intermediate.Issue("localhost"), intermediate.Trusted);
    }

    [Fact]
    public async Task A_root_with_its_intermediate_is_trusted()
    {
        var intermediate = new TestAuthority("test-intermediate", _authority);

        await AssertTrustedAsync(intermediate.Issue("localhost"), [.. _authority.Trusted, .. intermediate.Trusted]);
    }

    [Fact]
    public async Task Another_authority_of_the_same_name_is_not_trusted()
    {
        var failure = await FailureAsync(new TestAuthority().Issue("localhost"), c => c with { Authorities = _authority.Trusted });

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("the server is not trusted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_authority_is_named()
    {
        var failure = await FailureAsync(
            new TestAuthority("other-ca").Issue("localhost"), c => c with { Authorities = _authority.Trusted });

        Assert.Contains("signed by an unknown authority (CN=other-ca)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_authorities_of_the_system_do_not_know_a_test_authority()
    {
        var failure = await FailureAsync(_authority.Issue("localhost"), c => c);

        Assert.Contains("the server is not trusted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_server_certificate_is_named_with_its_date()
    {
        var failure = await FailureAsync(_authority.Issue("localhost", days: -2), c => c with { Authorities = _authority.Trusted });

        Assert.Contains("its certificate expired on 20", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_with_its_names()
    {
        var failure = await FailureAsync(
            _authority.Issue("elsewhere.example", loopback: false), c => c with { Authorities = _authority.Trusted });

        Assert.Contains("other names than the one it was called by: elsewhere.example", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_name_of_the_kubeconfig_counts_instead_of_the_host()
    {
        await using var server = await LoopbackServer.StartAsync(AnswerAsync, _authority.Issue("api.example", loopback: false));
        using var client = Client(server.Connection with { Authorities = _authority.Trusted, ServerName = "api.example" });

        Assert.NotNull(await client.GetRawAsync("/version", default));
    }

    [Fact]
    public async Task The_client_certificate_is_shown_to_the_server()
    {
        var (certificate, key) = _authority.IssuePem("alice");
        var chain = PemFiles.ClientChain(Bytes(certificate), Bytes(key), "test", TimeProvider.System);
        await using var server = await LoopbackServer.StartAsync(AnswerAsync, _authority.Issue("localhost"));
        using var client = Client(server.Connection with
        {
            Authorities = _authority.Trusted,
            Credentials = new FixedCredentials(new Credential(chain)),
        });

        Assert.Equal("CN=alice", (string?)(await client.GetRawAsync("/version", default))["client"]);
    }

    [Fact]
    public async Task A_port_that_speaks_no_TLS_is_named()
    {
        await using var server = await LoopbackServer.StartAsync(AnswerAsync);
        using var wrong = Client(new ClusterConnection(new Uri($"https://127.0.0.1:{server.Url.Port}")));

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => wrong.GetRawAsync("/version", default));

        Assert.Contains("TLS handshake failed", failure.Message, StringComparison.Ordinal);
    }

    private static async Task AssertTrustedAsync(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        await using var server = await LoopbackServer.StartAsync(AnswerAsync, certificate);
        using var client = Client(server.Connection with { Authorities = authorities });

        Assert.Equal("", (string?)(await client.GetRawAsync("/version", default))["client"]);
    }

    private static async Task<RunAiDrException> FailureAsync(
        X509Certificate2 certificate, Func<ClusterConnection, ClusterConnection> with)
    {
        await using var server = await LoopbackServer.StartAsync(AnswerAsync, certificate);
        using var client = Client(with(server.Connection));
        return await Assert.ThrowsAsync<RunAiDrException>(() => client.GetRawAsync("/version", default));
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($$"""{"client":"{{context.Connection.ClientCertificate?.Subject}}"}""");
    }

    private static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static ClusterClient Client(ClusterConnection connection) => new(connection, TimeProvider.System, () => 0.5);
}
