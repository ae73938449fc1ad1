using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Git;

/// <summary>The requests of Git's smart protocol: certificates checked, credentials sent to this server only.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int LargestHeaders = 64; // KiB

    private readonly RemoteSession _session;
    private readonly HttpClient _client;
    private readonly AuthenticationHeaderValue? _credentials;

    public HttpConnection(RemoteSession session)
    {
        _session = session;
        _credentials = Credentials(session);
        var handler = new SocketsHttpHandler
        {
            // A redirect could lead the credentials elsewhere: the operator is told where to.
            AllowAutoRedirect = false,
            ConnectTimeout = session.Options.SilenceLimit,
            UseCookies = false,
            MaxResponseHeadersLength = LargestHeaders,
            UseProxy = session.Options.Proxy is not null,
            Proxy = session.Options.Proxy is { } proxy ? new WebProxy(proxy) : null,
        };
        if (session.Options.AuthorityFile is { } file)
        {
            // Name, dates and signatures are checked as ever: only the roots are others.
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        }

        // The session watches for silence; the time for a large push has no bound of its own.
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("git/runai-dr");
    }

    public HttpResponseMessage Advertisement(string service) =>
        Send(HttpMethod.Get, $"info/refs?service={service}", content: null, $"application/x-{service}-advertisement");

    public HttpResponseMessage Request(string service, Stream body)
    {
        var content = new StreamContent(new WatchedStream(body, _session));
        content.Headers.ContentType = new MediaTypeHeaderValue($"application/x-{service}-request");
        content.Headers.ContentLength = body.Length;
        return Send(HttpMethod.Post, service, content, $"application/x-{service}-result");
    }

    public void Dispose() => _client.Dispose();

    private HttpResponseMessage Send(HttpMethod method, string path, HttpContent? content, string expected)
    {
        using var request = new HttpRequestMessage(method, $"{_session.Address.Uri.AbsoluteUri.TrimEnd('/')}/{path}") { Content = content };
        request.Headers.Authorization = _credentials;
        var answer = _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _session.Ended).GetAwaiter().GetResult();
        _session.Touch();
        if (answer.StatusCode == HttpStatusCode.OK && answer.Content.Headers.ContentType?.MediaType == expected)
        {
            return answer;
        }

        using (answer)
        {
            throw answer.StatusCode == HttpStatusCode.OK
                ? RemoteFault.NotGit(_session.Address)
                : RemoteFault.Of(answer.StatusCode, _session.Address, MovedTo(answer.Headers.Location));
        }
    }

    private string MovedTo(Uri? location) => location is { IsAbsoluteUri: true }
        ? _session.Hide($"{location.Scheme}://{location.Authority}{location.AbsolutePath}")
        : "another path";

    private static AuthenticationHeaderValue? Credentials(RemoteSession session)
    {
        if (session.Options.Password?.Invoke() is not { } password)
        {
            return null;
        }

        if (session.Address.Uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{session.Address} is not encrypted: the password would be readable on the way.", "Use https://.");
        }

        var secret = password.Reveal().Trim();
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{session.Options.Username}:{secret}"));
        session.WillSend(new SecretText(secret), new SecretText(pair));
        return new AuthenticationHeaderValue("Basic", pair);
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw NoAuthority(file, failure);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw NoAuthority(file, failure: null);
    }

    private static RunAiDrException NoAuthority(string file, Exception? failure) => new(
        Fault.Configuration, $"{file} holds no certificate that can be read.", "Give a PEM file with the authority's certificate.", failure);
}
