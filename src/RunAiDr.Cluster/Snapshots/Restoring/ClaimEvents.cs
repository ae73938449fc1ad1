using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots.Restoring;

/// <summary>What drivers and controllers complain of about a claim: only its events say why it is not bound.</summary>
internal sealed class ClaimEvents(ClusterClient client)
{
    private readonly HashSet<string> _old = new(StringComparer.Ordinal);

    /// <summary>Every complaint as of the last look, the newest last.</summary>
    public IReadOnlyList<string> Told { get; private set; } = [];

    /// <summary>Takes what is told now as the past: its cause may be gone.</summary>
    public async Task ForgetAsync(JsonObject claim, CancellationToken ct)
    {
        foreach (var told in await ComplaintsAsync(claim, ct))
        {
            _old.Add(VersionOf(told));
        }
    }

    /// <summary>The newest complaint that is not of the past.</summary>
    public async Task<string?> NewestAsync(JsonObject claim, CancellationToken ct)
    {
        var complaints = await ComplaintsAsync(claim, ct);
        Told = [.. complaints.Select(told => $"{told.Text("reason")}: {told.Text("message")}")];
        return complaints.LastOrDefault(told => !_old.Contains(VersionOf(told)))?.Text("message");
    }

    private async Task<IReadOnlyList<JsonObject>> ComplaintsAsync(JsonObject claim, CancellationToken ct) =>
    [
        .. (await client.EventsOfAsync(claim.NamespaceOf(), claim.UidOf(), ct)).Where(IsComplaint)
            .OrderBy(TimeOf, StringComparer.Ordinal).ThenBy(told => told.NameOf(), StringComparer.Ordinal),
    ];

    // A claim that nothing can be bound to is told of in a Normal event.
    private static bool IsComplaint(JsonObject told) => told.Text("type") == "Warning" || told.Text("reason") == "FailedBinding";

    /// <summary>RFC 3339 in UTC, which sorts as text.</summary>
    private static string TimeOf(JsonObject told) => told.Map("series")?.Text("lastObservedTime")
        ?? told.Text("lastTimestamp") ?? told.Text("eventTime") ?? told.Map("metadata")?.Text("creationTimestamp") ?? "";

    // One that is told again counts up, and has another resourceVersion.
    private static string VersionOf(JsonObject told) => $"{told.NameOf()} {told.Map("metadata")?.Text("resourceVersion")}";
}
