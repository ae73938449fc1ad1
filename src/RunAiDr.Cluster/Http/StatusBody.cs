using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Http;

/// <summary>The <c>kind: Status</c> object that the API server sends with a refusal, in texts that can be told.</summary>
internal sealed record StatusBody(int Code, string? Reason, string Message, IReadOnlyList<StatusCause> Causes)
{
    private const int MostCauses = 100;

    /// <summary>A list revision or continue token that the server has compacted.</summary>
    public bool IsExpired => Code == 410 || Reason is "Expired" or "Gone";

    public static StatusBody? From(JsonObject body, ServerWords words)
    {
        if (body.Text("kind") != "Status")
        {
            return null;
        }

        var causes = (body.Map("details")?.Maps("causes") ?? []).Take(MostCauses);
        return new StatusBody(
            body["code"] is JsonValue code && code.TryGetValue<int>(out var number) ? number : 0,
            Told(body, "reason"),
            Told(body, "message") ?? "",
            [.. causes.Select(c => new StatusCause(Told(c, "reason"), Told(c, "message"), Told(c, "field")))]);

        string? Told(JsonObject part, string field) => part.Text(field) is { } text ? words.Of(text) : null;
    }
}

internal sealed record StatusCause(string? Reason, string? Message, string? Field);
