using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Reads and checks what a client sends.</summary>
internal static class RequestBody
{
    private const int Limit = 3 * 1024 * 1024;

    public static async Task<byte[]> ReadAsync(HttpContext http, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (await http.Request.Body.ReadAsync(chunk, ct) is var count and > 0)
        {
            buffer.Write(chunk, 0, count);
            if (buffer.Length > Limit)
            {
                throw Statuses.TooLarge();
            }
        }

        return buffer.ToArray();
    }

    /// <summary>The object of a POST or PUT.</summary>
    public static async Task<JsonObject> ObjectAsync(HttpContext http, ResourceType type, CancellationToken ct)
    {
        var media = MediaType(http.Request.ContentType);
        if (media == "application/vnd.kubernetes.protobuf")
        {
            return Checked(ProtobufBody.Parse(await ReadAsync(http, ct)), type);
        }

        if (media is not ("" or "application/json"))
        {
            throw Statuses.UnsupportedMediaType("application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
        }

        var bytes = await ReadAsync(http, ct);
        return Parse(bytes, type);
    }

    public static JsonObject Parse(byte[] bytes, ResourceType type)
    {
        JsonNode? node;
        try
        {
            node = bytes.Length == 0 ? throw new JsonException("unexpected end of JSON input") : JsonText.Read(bytes);
        }
        catch (JsonException failure)
        {
            throw Statuses.BadRequest(
                $"the object provided is unrecognized (must be of type {type.Kind.Kind}): couldn't get version/kind; json parse error: {failure.Message}");
        }

        var body = node switch
        {
            null => [],
            JsonObject map => map,
            _ => throw Statuses.BadRequest(
                $"the object provided is unrecognized (must be of type {type.Kind.Kind}): couldn't get version/kind; json parse error: json: cannot unmarshal array into an object"),
        };
        return Checked(body, type);
    }

    /// <summary>The body of an apply: it must say what it is.</summary>
    public static JsonObject ParseApply(byte[] bytes, ResourceType type)
    {
        JsonObject body;
        try
        {
            body = JsonText.Read(bytes) as JsonObject ?? [];
        }
        catch (JsonException failure)
        {
            throw Statuses.BadRequest($"error decoding YAML: error converting YAML to JSON: yaml: {failure.Message}");
        }

        var (version, kind) = (body["apiVersion"]?.ToString() ?? "", body["kind"]?.ToString() ?? "");
        if (version != type.Kind.ApiVersion || kind != type.Kind.Kind)
        {
            var shown = version.Contains('/', StringComparison.Ordinal) || version.Length == 0 ? version : "/" + version;
            throw Statuses.BadRequest($"invalid object type: {(shown.Length == 0 ? "/" : shown)}, Kind={kind}");
        }

        if (body["metadata"] is not JsonObject)
        {
            body["metadata"] = new JsonObject();
        }

        DropNulls(body["metadata"] as JsonObject);
        return body;
    }

    public static string MediaType(string? contentType) => (contentType ?? "").Split(';')[0].Trim();

    private static JsonObject Checked(JsonObject body, ResourceType type)
    {
        CheckKind(body, type);
        DropNulls(body["metadata"] as JsonObject);
        return body;
    }

    private static void CheckKind(JsonObject body, ResourceType type)
    {
        var kind = Text(body, "kind", type);
        var version = Text(body, "apiVersion", type);
        if (type.IsCustom)
        {
            CheckCustomKind(kind, version, type);
        }
        else if ((kind.Length > 0 && kind != type.Kind.Kind) || (version.Length > 0 && version != type.Kind.ApiVersion))
        {
            var shown = kind.Length > 0 ? kind : type.Kind.Kind;
            throw Statuses.BadRequest($"{shown} in version \"{(version.Contains('/', StringComparison.Ordinal) ? version.Split('/')[1] : version)}\" cannot be handled as a {type.Kind.Kind}: no such conversion");
        }

        body["kind"] = type.Kind.Kind;
        body["apiVersion"] = type.Kind.ApiVersion;
        if (body["metadata"] is not JsonObject)
        {
            body["metadata"] = new JsonObject();
        }
    }

    private static void CheckCustomKind(string kind, string version, ResourceType type)
    {
        if (kind.Length == 0 || version.Length == 0)
        {
            var missing = kind.Length == 0 ? "Object 'Kind' is missing" : "Object 'apiVersion' is missing";
            throw Statuses.BadRequest($"the object provided is unrecognized (must be of type {type.Kind.Kind}): {missing}");
        }

        if (version != type.Kind.ApiVersion)
        {
            throw Statuses.BadRequest($"the API version in the data ({version}) does not match the expected API version ({type.Kind.ApiVersion})");
        }

        if (kind != type.Kind.Kind)
        {
            throw Statuses.BadRequest($"the kind in the data ({kind}) does not match the expected kind ({type.Kind.Kind})");
        }
    }

    private static string Text(JsonObject body, string field, ResourceType type) => body[field] switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => throw Statuses.BadRequest($"{type.Kind.Kind} in version \"{type.Kind.Version}\" cannot be handled as a {type.Kind.Kind}: {field} is not a string"),
    };

    private static void DropNulls(JsonObject? map)
    {
        foreach (var name in (map ?? []).Where(p => p.Value is null).Select(p => p.Key).ToList())
        {
            map?.Remove(name);
        }
    }
}
