using System.Text.Json.Nodes;

namespace RunAiDr.Cluster.Http;

/// <summary>The <c>kind: Status</c> object that the API server sends with a refusal.</summary>
internal sealed record StatusBody(int Code, string? Reason, string Message, IReadOnlyList<StatusCause> Causes)
{
    /// <summary>A list revision or continue token that the server has compacted.</summary>
    public bool IsExpired => Code == 410 || Reason is "Expired" or "Gone";

    public static StatusBody? From(JsonObject body)
    {
        if (Text(body, "kind") != "Status")
        {
            return null;
        }

        var causes = (body["details"] as JsonObject)?["causes"] as JsonArray ?? [];
        return new StatusBody(
            body["code"] is JsonValue code && code.TryGetValue<int>(out var number) ? number : 0,
            Text(body, "reason"),
            Text(body, "message") ?? "",
            [.. causes.OfType<JsonObject>().Select(c => new StatusCause(Text(c, "reason"), Text(c, "message"), Text(c, "field")))]);
    }

    private static string? Text(JsonObject body, string field) =>
        body[field] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}

internal sealed record StatusCause(string? Reason, string? Message, string? Field);
