using System.Text.Json;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>What one receiver is told once.</summary>
/// <param name="Event">One of <see cref="NotificationEvent"/>.</param>
/// <param name="IsOver">It is no longer so.</param>
/// <param name="Cluster">Where.</param>
/// <param name="Subject">Which of several of that cluster: the component, or the file; null when there is only one.</param>
/// <param name="At">Since when, as far as this service saw it.</param>
/// <param name="Text">A sentence.</param>
internal sealed record Notification(string Event, bool IsOver, string Cluster, string? Subject, DateTimeOffset At, string Text)
{
    private const int MostDetails = 20;
    private const int LongestDetail = 500;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    public IEnumerable<string> Details { get; init; } = [];

    public string? RestorePoint { get; init; }

    public byte[] Json() => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Event,
            State = IsOver ? "resolved" : "firing",
            Cluster,
            Subject,
            At = At.UtcDateTime,
            Text = Visible.Text(Text),
            Details = Shown(),
            RestorePoint,
        },
        Format);

    /// <summary>As the incoming webhooks of Slack, and those that follow them, take it.</summary>
    public byte[] Slack() => JsonSerializer.SerializeToUtf8Bytes(
        new { Text = Escaped(string.Join('\n', Shown().Select(detail => $"• {detail}").Prepend(Visible.Text($"{Cluster}: {Text}")))) }, Format);

    private IReadOnlyList<string> Shown()
    {
        var details = Details.ToList();
        return
        [
            .. details.Take(MostDetails).Select(detail => Visible.Text(detail.Length > LongestDetail ? $"{detail[..LongestDetail]}…" : detail)),
            .. details.Count > MostDetails ? [$"and {details.Count - MostDetails} more"] : Array.Empty<string>(),
        ];
    }

    // Names come from the cluster: none of them may call people together or be a link that says something else. A blank
    // without width after the sign keeps those from being called that know no brackets.
    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("@", "@\u200b", StringComparison.Ordinal);
}
