using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

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
            return Checked(ProtobufBody.Parse(await ReadAsync(http, ct)));
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
        return Checked(body);
    }

    /// <summary>The body of an apply, JSON or YAML; the write functions check what it says it is.</summary>
    public static JsonObject ParseApply(byte[] bytes)
    {
        try
        {
            return JsonText.Read(bytes) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            return ParseYaml(bytes);
        }
    }

    public static string MediaType(string? contentType) => (contentType ?? "").Split(';')[0].Trim();

    // Of YAML 1.1, which a real server reads, the words for true and false other than those two are missing.
    private static JsonObject ParseYaml(byte[] bytes)
    {
        try
        {
            return YamlReader.Read(bytes, "body", Fault.Configuration) as JsonObject ?? [];
        }
        catch (RunAiDrException failure)
        {
            throw Statuses.BadRequest($"error decoding YAML: error converting YAML to JSON: {failure.Message}");
        }
    }

    private static JsonObject Checked(JsonObject body)
    {
        if (body["metadata"] is not JsonObject)
        {
            body["metadata"] = new JsonObject();
        }

        return body;
    }
}
