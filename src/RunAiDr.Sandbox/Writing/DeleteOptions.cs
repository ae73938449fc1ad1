using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>How to delete, from the body or the query.</summary>
internal sealed record DeleteOptions
{
    public static readonly DeleteOptions Default = new();

    public bool DryRun { get; init; }

    public string Propagation { get; init; } = "";

    public string Uid { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    /// <summary>The finalizer that makes the garbage collector look after the dependents first.</summary>
    public string? Finalizer => Propagation switch
    {
        "Foreground" => "foregroundDeletion",
        "Orphan" => "orphan",
        _ => null,
    };

    public static async Task<DeleteOptions> ReadAsync(HttpContext http, CancellationToken ct)
    {
        var bytes = await RequestBody.ReadAsync(http, ct);
        var body = Parse(bytes);
        var query = http.Request.Query;
        var options = new DeleteOptions
        {
            DryRun = WriteOptions.IsDryRun([.. query["dryRun"].Select(v => v ?? ""), .. (body?["dryRun"] as JsonArray ?? []).Select(v => (string?)v ?? "")]),
            Propagation = (string?)body?["propagationPolicy"] ?? (string?)query["propagationPolicy"] ?? Orphaning(body, query),
            Uid = (string?)body?["preconditions"]?["uid"] ?? "",
            ResourceVersion = (string?)body?["preconditions"]?["resourceVersion"] ?? "",
        };
        return options.Propagation is "" or "Foreground" or "Background" or "Orphan"
            ? options
            : throw Statuses.InvalidOptions("DeleteOptions", new Cause(
                "FieldValueNotSupported",
                $"Unsupported value: \"{options.Propagation}\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
                "propagationPolicy"));
    }

    private static string Orphaning(JsonNode? body, IQueryCollection query) =>
        (bool?)body?["orphanDependents"] == true || (string?)query["orphanDependents"] == "true" ? "Orphan" : "";

    private static JsonNode? Parse(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? null : bytes.AsSpan().StartsWith("k8s\0"u8) ? ProtobufBody.Parse(bytes) : JsonText.Read(bytes);
        }
        catch (JsonException failure)
        {
            throw Statuses.BadRequest($"couldn't get version/kind; json parse error: {failure.Message}");
        }
    }
}
