using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>Discovery, version and health: every path that is no resource.</summary>
internal sealed class DiscoveryEndpoint(KindRegistry kinds)
{
    /// <summary>Answers a path, or gives false when there is nothing at it.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext http, List<string> path, CancellationToken ct)
    {
        switch (path)
        {
            case ["version"]:
                await Answers.WriteAsync(http, 200, Version(), ct);
                return true;
            case ["livez" or "readyz" or "healthz", ..]:
                await Answers.WriteTextAsync(http, 200, "ok", ct);
                return true;
            case []:
                await Answers.WriteAsync(http, 200, Paths(), ct);
                return true;
            case ["api"]:
                await DocumentAsync(http, DiscoveryDocuments.Versions(http.Request.Host.Value ?? ""), core: true, ct);
                return true;
            case ["apis"]:
                await DocumentAsync(http, DiscoveryDocuments.Groups(kinds.All), core: false, ct);
                return true;
            case ["api", "v1"]:
                await PlainAsync(http, DiscoveryDocuments.Resources(kinds.All, "", "v1"), ct);
                return true;
            case ["apis", var group] when kinds.IsGroup(group):
                var document = DiscoveryDocuments.Group(kinds.All, group);
                document.Insert(0, "kind", "APIGroup");
                document.Insert(1, "apiVersion", "v1");
                await PlainAsync(http, document, ct);
                return true;
            case ["apis", var group, var version] when kinds.All.Any(t => t.Kind.Group == group && t.Kind.Version == version):
                await PlainAsync(http, DiscoveryDocuments.Resources(kinds.All, group, version), ct);
                return true;
            case ["apis", var group, _] when KindRegistry.IsBuiltInGroup(group):
                throw Statuses.NoSuchResource();
            case ["openapi", "v2"] when OpenApiDocuments.AskForProtobuf(http.Request.Headers.Accept.ToString()):
                http.Response.ContentType = OpenApiDocuments.V2ProtobufType;
                await Answers.WriteAsync(http, 200, OpenApiDocuments.V2Protobuf(), ct);
                return true;
            case ["openapi", "v2"]:
                await Answers.WriteAsync(http, 200, OpenApiDocuments.V2(), ct);
                return true;
            case ["openapi", "v3"]:
                await Answers.WriteAsync(http, 200, OpenApiDocuments.Index(kinds.All), ct);
                return true;
            case ["openapi", "v3", ..]:
                return await OpenApiAsync(http, path[2..], ct);
            default:
                return false;
        }
    }

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["emulationMajor"] = "1",
        ["emulationMinor"] = "36",
        ["minCompatibilityMajor"] = "1",
        ["minCompatibilityMinor"] = "35",
        ["gitVersion"] = "v1.36.3",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-01-01T00:00:00Z",
        ["goVersion"] = "go1.26",
        ["compiler"] = "gc",
        ["platform"] = "linux/amd64",
    };

    private static Task PlainAsync(HttpContext http, JsonObject document, CancellationToken ct)
    {
        Negotiation.FormOf(http.Request.Headers.Accept);
        return Answers.WriteAsync(http, 200, document, ct);
    }

    private async Task<bool> OpenApiAsync(HttpContext http, List<string> path, CancellationToken ct)
    {
        var (group, version) = path switch
        {
            ["api", var v] => ("", v),
            ["apis", var g, var v] => (g, v),
            _ => ("", ""),
        };
        if (version.Length == 0)
        {
            return false;
        }

        await Answers.WriteAsync(http, 200, OpenApiDocuments.V3(kinds.All, group, version), ct);
        return true;
    }

    private JsonObject Paths() => new()
    {
        ["paths"] = new JsonArray([.. kinds.All
            .SelectMany(t => t.Kind.Group.Length == 0 ? ["/api", "/api/v1"] : new[] { "/apis", $"/apis/{t.Kind.Group}", $"/apis/{t.Kind.ApiVersion}" })
            .Concat(["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]),
    };

    private async Task DocumentAsync(HttpContext http, JsonObject plain, bool core, CancellationToken ct)
    {
        if (Negotiation.FormOf(http.Request.Headers.Accept, discovery: true) != AnswerForm.Discovery)
        {
            await Answers.WriteAsync(http, 200, plain, ct);
            return;
        }

        var body = JsonText.Write(DiscoveryDocuments.Aggregated(kinds.All, core));
        var tag = $"\"{Convert.ToHexString(SHA512.HashData(body))}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept";
        if (http.Request.Headers.IfNoneMatch == tag)
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        await Answers.WriteAsync(http, 200, body, ct);
    }
}
