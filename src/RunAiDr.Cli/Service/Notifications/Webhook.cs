using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>What became of one attempt.</summary>
/// <param name="Failure">Null when it was taken. Names the host at most: the rest of the address is a secret.</param>
/// <param name="IsPassing">Whether it may go better later.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again.</param>
internal sealed record Delivery(string? Failure, bool IsPassing = false, TimeSpan? RetryAfter = null);

/// <summary>
/// Posts notifications to one receiver. Its address, key and authorities are read for each attempt: they may be renewed,
/// and attempts are rare.
/// </summary>
internal sealed class Webhook(NotificationConfig config, TimeProvider clock)
{
    public const string SignatureHeader = "X-RunAiDr-Signature";
    public const string TimestampHeader = "X-RunAiDr-Timestamp";

    private const int LargestHeaders = 16; // KiB

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(30);

    public async Task<Delivery> SendAsync(Notification notification, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Answering, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            var address = config.Address();
            using var http = new HttpClient(HandlerFor(address));
            using var request = RequestFor(address, notification);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return Judge(answer);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new Delivery("it did not answer in time", IsPassing: true);
        }
        catch (HttpRequestException failure)
        {
            return new Delivery(Visible.Text(failure.InnerException is { } inner ? $"{failure.Message} {inner.Message}" : failure.Message), IsPassing: true);
        }
        catch (RunAiDrException fault)
        {
            return new Delivery($"{fault.Message} {fault.Remedy}", IsPassing: true);
        }
    }

    private SocketsHttpHandler HandlerFor(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // it would carry the names of this installation elsewhere
            UseCookies = false,
            UseProxy = !address.IsLoopback,
            ConnectTimeout = Connecting,
            MaxResponseHeadersLength = LargestHeaders,
        };
        if (config.CaFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(file);
        }

        return handler;
    }

    private static X509ChainPolicy TrustOnly(string file)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
            return policy;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{file} holds no certificate that can be read.", "Give a PEM file with the certificate of the receiver's authority.", failure);
        }
    }

    private HttpRequestMessage RequestFor(Uri address, Notification notification)
    {
        var body = config.IsSlack ? notification.Slack() : notification.Json();
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("runai-dr", null));
        if (config.Key() is { } key)
        {
            var timestamp = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            request.Headers.Add(TimestampHeader, timestamp);
            request.Headers.Add(SignatureHeader, $"sha256={Signature(key, timestamp, body)}");
        }

        return request;
    }

    // The time is signed too: what was overheard cannot be sent again later.
    private static string Signature(SecretText key, string timestamp, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{timestamp}."), .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(key.RevealBytes(), signed));
    }

    private Delivery Judge(HttpResponseMessage answer)
    {
        var code = (int)answer.StatusCode;
        if (answer.IsSuccessStatusCode)
        {
            return new Delivery(null);
        }

        var isPassing = code >= 500 || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
        var pause = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return new Delivery(string.Create(CultureInfo.InvariantCulture, $"it answered {code}"), isPassing, pause);
    }
}
