using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Http;

/// <summary>The <c>kind: Status</c> object that the API server sends with a refusal.</summary>
internal sealed record StatusBody(int Code, string? Reason, string Message, IReadOnlyList<StatusCause> Causes)
{
    /// <summary>A list revision or continue token that the server has compacted.</summary>
    public bool IsExpired => Code == 410 || Reason is "Expired" or "Gone";

    public static StatusBody? From(JsonObject body)
    {
        if (body.Text("kind") != "Status")
        {
            return null;
        }

        var causes = body.Map("details")?.Maps("causes") ?? [];
        return new StatusBody(
            body["code"] is JsonValue code && code.TryGetValue<int>(out var number) ? number : 0,
            body.Text("reason"),
            body.Text("message") ?? "",
            [.. causes.Select(c => new StatusCause(c.Text("reason"), c.Text("message"), c.Text("field")))]);
    }
}

internal sealed record StatusCause(string? Reason, string? Message, string? Field);
