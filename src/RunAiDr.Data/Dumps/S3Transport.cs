using System.Net;
using Amazon.Runtime;

namespace RunAiDr.Data.Dumps;

/// <summary>Makes the HTTP client that the library of AWS uses. It follows no redirect and reads no answer without an end.</summary>
internal sealed class S3Transport(S3Options options) : HttpClientFactory
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private const int LargestHeaders = 64; // KiB

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = options.Endpoint is not { IsLoopback: true },
            ConnectTimeout = ConnectTimeout,
            MaxResponseHeadersLength = LargestHeaders,
        };
        if (options.AuthorityFile is { } file)
        {
            handler.SslOptions.CertificateChainPolicy = AuthorityFile.TrustOnly(file);
        }

        return new HttpClient(new Answers(options) { InnerHandler = handler }) { Timeout = Timeout };
    }

    // The library keeps one for each of its own clients then.
    public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;

    /// <summary>Takes whole answers at once, and refuses those that lead elsewhere: the library would follow them with its signature.</summary>
    private sealed class Answers(S3Options options) : DelegatingHandler
    {
        private const long LargestAnswer = 16 * 1024 * 1024; // a page of a list has a thousand objects

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            var complete = false;
            try
            {
                if (answer.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest and not HttpStatusCode.NotModified)
                {
                    throw S3Fault.Redirected(options, answer);
                }

                if (!IsObject(request, answer))
                {
                    await answer.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
                }

                complete = true;
                return answer;
            }
            finally
            {
                if (!complete)
                {
                    answer.Dispose();
                }
            }
        }

        // Of what is got, only objects have no query: the library adds x-id to it.
        private static bool IsObject(HttpRequestMessage request, HttpResponseMessage answer) =>
            answer.IsSuccessStatusCode && request.Method == HttpMethod.Get && request.RequestUri?.Query is "" or "?x-id=GetObject";
    }
}
