using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli.Service.Web;

/// <summary>What a request may see, by its bearer token.</summary>
/// <param name="judge">Null lets everybody see everything.</param>
internal sealed class Access(Judge? judge)
{
    private const string Metrics = "/metrics";

    public bool IsOpen => judge is null;

    public ValueTask<Verdict> OfAsync(HttpContext http)
    {
        if (judge is null)
        {
            return ValueTask.FromResult(Verdict.Granted);
        }

        return TokenOf(http.Request.Headers.Authorization) is { } token
            ? judge(token, ReviewedPath(http.Request.Path), http.RequestAborted)
            : ValueTask.FromResult(Verdict.Unknown);
    }

    /// <summary>
    /// The path whose right is asked for. Kubernetes lets every account get /readyz and /api/*, which are its own; ours
    /// must not be covered by that. Metrics are at the path that a Prometheus may get already.
    /// </summary>
    private static string ReviewedPath(PathString path) => path.Value is Metrics ? Metrics : $"/runai-dr{path.Value}";

    private static SecretText? TokenOf(StringValues header) =>
        header.Count == 1 && AuthenticationHeaderValue.TryParse(header, out var given)
        && given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && !string.IsNullOrEmpty(given.Parameter)
            ? new SecretText(given.Parameter) : null;
}
