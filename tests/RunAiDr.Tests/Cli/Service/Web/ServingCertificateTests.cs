using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Core;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>Which certificate clients see.</summary>
public sealed class ServingCertificateTests
{
    private readonly TestAuthority _root = new();

    [Fact]
    public async Task Without_one_the_service_makes_one_and_logs_its_fingerprint()
    {
        await using var web = await WebScene.ExposedAsync();

        var shown = await ShownAsync(web);

        Assert.Contains($"certificate {shown.GetCertHashString(HashAlgorithmName.SHA256)} (SHA-256) of CN=runai-dr@localhost", web.Log.Text, StringComparison.Ordinal);
        Assert.True(shown.MatchesHostname("localhost"));
        Assert.True(shown.NotAfter > TimeProvider.System.GetLocalNow().AddYears(9).DateTime);
        Assert.DoesNotContain("Strict-Transport-Security", (await web.GetAsync("/livez")).Headers.Keys);
    }

    [Fact]
    public async Task A_configured_one_is_shown_with_its_intermediates_and_browsers_stay_with_TLS()
    {
        var intermediate = new TestAuthority("intermediate", _root);
        await using var web = await StartAsync((certificate, key) =>
        {
            var (pem, keyPem) = intermediate.IssuePem("dr.example.org");
            File.WriteAllText(certificate, $"{pem}\n{intermediate.Pem}\n");
            File.WriteAllText(key, keyPem);
        });

        var shown = await ShownAsync(web, chain =>
        {
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(_root.Trusted);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        });

        Assert.Equal("CN=dr.example.org", shown.Subject);
        Assert.Equal("max-age=31536000", (await web.GetAsync("/livez")).Headers["Strict-Transport-Security"]);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task TLS_is_of_today(SslProtocols protocol)
    {
        await using var web = await WebScene.ExposedAsync();

        Assert.Equal(protocol, await NegotiatedAsync(web, protocol));
    }

#pragma warning disable SYSLIB0039, CA5397 // That it is refused is the point.
    [Fact]
    public async Task Older_TLS_is_refused()
    {
        await using var web = await WebScene.ExposedAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => NegotiatedAsync(web, SslProtocols.Tls11));
    }
#pragma warning restore SYSLIB0039, CA5397

    [Fact]
    public async Task A_renewed_one_is_shown_soon_and_a_half_written_pair_is_not_taken()
    {
        await using var web = await StartAsync(Issue("first"), new FastClock(1_000));
        Assert.Equal("CN=first", (await ShownAsync(web)).Subject);

        var (pem, key) = _root.IssuePem("second");
        await File.WriteAllTextAsync(web.FileOf("tls.crt"), pem);
        await UntilAsync(() => Task.FromResult(web.Log.Text.Contains("The new certificate is not taken", StringComparison.Ordinal)), () => ShownAsync(web));
        Assert.Equal("CN=first", (await ShownAsync(web)).Subject);

        await File.WriteAllTextAsync(web.FileOf("tls.key"), key);
        await UntilAsync(async () => (await ShownAsync(web)).Subject == "CN=second");

        Assert.Equal(2, web.Log.Text.Split("The new certificate is not taken").Length);
        Assert.DoesNotContain("PRIVATE", web.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_one_is_told_at_start()
    {
        var missing = await RefusedAsync((_, _) => { });
        Assert.Contains("cannot be read", missing.Message, StringComparison.Ordinal);

        var others = await RefusedAsync((certificate, key) =>
        {
            File.WriteAllText(certificate, _root.IssuePem("a").Certificate);
            File.WriteAllText(key, _root.IssuePem("b").Key);
        });
        Assert.Contains("are not a certificate and its key", others.Message, StringComparison.Ordinal);

        foreach (var text in (string[])["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
        {
            var wrong = await RefusedAsync((certificate, key) =>
            {
                File.WriteAllText(certificate, text);
                File.WriteAllText(key, _root.IssuePem("b").Key);
            });
            Assert.Contains("are not a certificate and its key", wrong.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<WebScene> StartAsync(Action<string, string> write, TimeProvider? clock = null) => await WebScene.StartAsync(
        (config, folder) =>
        {
            write(folder.File("tls.crt"), folder.File("tls.key"));
            return config with { Certificate = new(folder.File("tls.crt"), folder.File("tls.key")) };
        },
        clock: clock);

    private static async Task<RunAiDrException> RefusedAsync(Action<string, string> write)
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => StartAsync(write));
        Assert.Equal(Fault.Configuration, fault.Fault);
        return fault;
    }

    private Action<string, string> Issue(string name) => (certificate, key) =>
    {
        var (pem, keyPem) = _root.IssuePem(name);
        File.WriteAllText(certificate, pem);
        File.WriteAllText(key, keyPem);
    };

    /// <summary>The certificate that a client sees; with a policy, it has to pass that.</summary>
    private static async Task<X509Certificate2> ShownAsync(WebScene web, Action<X509Chain>? policy = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", web.Url.Port);
        await using var tls = new SslStream(client.GetStream(), false, (_, certificate, chain, _) =>
        {
            if (policy is null)
            {
                return true;
            }

            using var own = new X509Chain();
            policy(own);
            own.ChainPolicy.ExtraStore.AddRange(chain!.ChainPolicy.ExtraStore);
            return own.Build((X509Certificate2)certificate!);
        });
        await tls.AuthenticateAsClientAsync("localhost");
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
    }

    private static async Task<SslProtocols> NegotiatedAsync(WebScene web, SslProtocols protocol)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", web.Url.Port);
        await using var tls = new SslStream(client.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocol });
        return tls.SslProtocol;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<Task>? between = null)
    {
        for (var i = 0; i < 500 && !await condition(); i++)
        {
            await (between?.Invoke() ?? Task.CompletedTask);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.True(await condition());
    }
}
