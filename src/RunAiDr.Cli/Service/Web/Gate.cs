using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RunAiDr.Cli.Service.Web;

/// <summary>What a request has to pass before an endpoint answers it, and the headers that every answer has.</summary>
/// <param name="access">Who may see what.</param>
/// <param name="isTrusted">Whether browsers can trust the certificate, and so may insist on TLS from now on.</param>
internal sealed class Gate(Access access, bool isTrusted)
{
    private static readonly string[] LocalNames = ["localhost", "127.0.0.1", "[::1]"];

    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        AddHeaders(http.Response.Headers);
        var request = http.Request;
        if (access.IsOpen && !IsLocal(http))
        {
            // A page of somebody else may have made its own name lead to this host.
            await Refusal.TellAsync(http, StatusCodes.Status421MisdirectedRequest, $"only localhost:{http.Connection.LocalPort} is answered here");
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            http.Response.Headers.Allow = "GET, HEAD";
            await Refusal.TellAsync(http, StatusCodes.Status405MethodNotAllowed, "nothing can be changed here");
        }
        else if (http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            http.Response.Headers.Connection = "close";
            await Refusal.TellAsync(http, StatusCodes.Status413PayloadTooLarge, "no request has a body here");
        }
        else if (http.GetEndpoint() is not { } endpoint)
        {
            // Before any token is looked at: nobody should make the API server judge tokens for nothing.
            await Refusal.TellAsync(http, StatusCodes.Status404NotFound, "there is nothing here");
        }
        else if (endpoint.Metadata.GetMetadata<OpenToAll>() is not null || await IsGrantedAsync(http))
        {
            await next(http);
        }
    }

    /// <summary>Answers with a line of text.</summary>
    public static Task TellAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync($"{text}\n", http.RequestAborted);
    }

    private static bool IsLocal(HttpContext http) =>
        (http.Request.Host.Port ?? 80) == http.Connection.LocalPort
        && LocalNames.Contains(http.Request.Host.Host, StringComparer.OrdinalIgnoreCase);

    private async Task<bool> IsGrantedAsync(HttpContext http)
    {
        switch (await access.OfAsync(http))
        {
            case Verdict.Granted:
                return true;
            case Verdict.Unknown:
                http.Response.Headers.WWWAuthenticate = "Bearer";
                await Refusal.TellAsync(http, StatusCodes.Status401Unauthorized, "a valid bearer token is needed");
                return false;
            case Verdict.Refused:
                await Refusal.TellAsync(http, StatusCodes.Status403Forbidden, "this token has no right to see it");
                return false;
            default:
                await Refusal.TellAsync(http, StatusCodes.Status503ServiceUnavailable, "the API server does not say who may see it");
                return false;
        }
    }

    private void AddHeaders(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (isTrusted)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }
}

/// <summary>Marks an endpoint that answers without a token, and then says nothing worth one.</summary>
internal sealed class OpenToAll;
