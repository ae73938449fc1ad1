using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Http;

namespace RunAiDr.Tests.Sandbox;

/// <summary>A bare HTTP client of an API server, made from the inline certificates of a kubeconfig.</summary>
internal sealed partial class SandboxClient : IDisposable
{
    private readonly HttpClient _http;

    private SandboxClient(HttpClient http) => _http = http;

    public static SandboxClient For(string kubeconfig, bool anonymous = false, string? token = null)
    {
        var authority = X509Certificate2.CreateFromPem(Inline(kubeconfig, "certificate-authority-data"));
        var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    using var chain = new X509Chain();
                    chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                    chain.ChainPolicy.CustomTrustStore.Add(authority);
                    chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                    return certificate is not null && chain.Build(new X509Certificate2(certificate));
                },
            },
        };
        if (!anonymous && token is null)
        {
            using var pem = X509Certificate2.CreateFromPem(
                Inline(kubeconfig, "client-certificate-data"), Inline(kubeconfig, "client-key-data"));
            handler.SslOptions.ClientCertificates =
                [X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null)];
        }

        return Over(
            handler,
            new Uri(Server().Match(kubeconfig).Groups["url"].Value),
            token is null ? null : new AuthenticationHeaderValue("Bearer", token));
    }

    /// <summary>For any kubeconfig that the client of the product can read.</summary>
    public static async Task<SandboxClient> ForAsync(ClusterConnection connection)
    {
        var credential = await connection.Credentials.GetAsync(refused: false, CancellationToken.None);
        var certificate = new ClientCertificate();
        certificate.Use(credential.Chain);
        var trust = new ServerTrust(connection.Authorities, TimeProvider.System);
        return Over(Transport.For(connection, trust, certificate), connection.Server, credential.Header);
    }

    /// <summary>An answer whose body may never end.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken ct) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);

    public async Task<SandboxAnswer> SendAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _http.SendAsync(request);
        return new SandboxAnswer(
            (int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsStringAsync(),
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : []);
    }

    public Task<SandboxAnswer> GetAsync(string path) => SendAsync("GET", path);

    public Task<SandboxAnswer> PostAsync(string path, JsonObject body) =>
        SendAsync("POST", path, body.ToJsonString(), ("Content-Type", "application/json"));

    public Task<SandboxAnswer> PutAsync(string path, JsonObject body) =>
        SendAsync("PUT", path, body.ToJsonString(), ("Content-Type", "application/json"));

    public Task<SandboxAnswer> DeleteAsync(string path) => SendAsync("DELETE", path);

    /// <summary>The lines of a watch, read until the server ends it.</summary>
    public async Task<List<JsonObject>> WatchAsync(string path) => (await GetAsync(path)).Lines;

    public void Dispose() => _http.Dispose();

    private static SandboxClient Over(HttpMessageHandler handler, Uri server, AuthenticationHeaderValue? authorization)
    {
        var http = new HttpClient(handler) { BaseAddress = server };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("runai-dr-recorder", "1.0"));
        http.DefaultRequestHeaders.Authorization = authorization;
        return new SandboxClient(http);
    }

    private static string Inline(string kubeconfig, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(
        Regex.Match(kubeconfig, key + @": *(?<data>\S+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["data"].Value));

    [GeneratedRegex(@"server: *(?<url>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Server();
}

/// <summary>What an API server answered.</summary>
internal sealed record SandboxAnswer(int Code, string ContentType, string Text, IReadOnlyList<string> Warnings)
{
    public JsonObject Json => (JsonObject)JsonNode.Parse(Text)!;

    public List<JsonObject> Lines =>
        [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (JsonObject)JsonNode.Parse(line)!)];
}
