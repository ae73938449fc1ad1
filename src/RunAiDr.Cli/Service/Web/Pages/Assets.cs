using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The look of the pages and their script: the same for everybody, and no secret.</summary>
internal static class Assets
{
    public static void Map(IEndpointRouteBuilder web)
    {
        Map(web, "dashboard.css", "text/css; charset=utf-8");
        Map(web, "dashboard.js", "text/javascript; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder web, string name, string type)
    {
        var content = Read(name);
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";
        web.MapMethods($"/assets/{name}", [HttpMethods.Get, HttpMethods.Head], async http =>
        {
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers.ETag = tag;
            if (http.Request.Headers.IfNoneMatch == tag)
            {
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            (http.Response.ContentType, http.Response.ContentLength) = (type, content.Length);
            await http.Response.Body.WriteAsync(content, http.RequestAborted);
        }).WithMetadata(new OpenToAll());
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream($"assets/{name}")
            ?? throw new InvalidOperationException($"The program lacks its asset {name}.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
