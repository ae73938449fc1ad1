using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static async Task WriteAsync(HttpContext http, int code, JsonNode body, CancellationToken ct)
    {
        Begin(http, code);
        JsonText.Write(http.Response.BodyWriter, body);
        Encoding.UTF8.GetBytes("\n", http.Response.BodyWriter);
        await http.Response.BodyWriter.FlushAsync(ct);
    }

    public static async Task WriteAsync(HttpContext http, int code, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        Begin(http, code);
        await http.Response.BodyWriter.WriteAsync(body, ct);
    }

    public static async Task WriteTextAsync(HttpContext http, int code, string text, CancellationToken ct)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text, ct);
    }

    public static Task WriteAsync(HttpContext http, StatusException failure, CancellationToken ct)
    {
        if (failure.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(http, failure.Code, failure.Status, ct);
    }

    private static void Begin(HttpContext http, int code)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType ??= "application/json";
    }
}
