using Microsoft.AspNetCore.Http;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web;

/// <summary>An answer that is not what was asked for: for a browser a page with a way back, for all others text.</summary>
internal static class Refusal
{
    /// <param name="http">The request.</param>
    /// <param name="status">The code.</param>
    /// <param name="why">Lines that say why.</param>
    public static Task TellAsync(HttpContext http, int status, string why)
    {
        if (!http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            return Gate.TellAsync(http, status, $"{status}: {why}");
        }

        (http.Response.StatusCode, http.Response.ContentType) = (status, "text/html; charset=utf-8");
        return http.Response.WriteAsync(Page(status, why).ToString(), http.RequestAborted);
    }

    private static Html Page(int status, string why) =>
        $"""
        <!doctype html>
        <html lang="en">
        <head>
        {Layout.Head($"{status}")}
        </head>
        <body>
        <main>
        <h1>{status}: this cannot be shown</h1>
        {Html.Each(why.Split('\n'), line => $"<p>{line}</p>")}
        <p><a href="/">Back to the status</a></p>
        </main>
        </body>
        </html>

        """;
}
