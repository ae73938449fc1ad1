namespace RunAiDr.Core.Snapshots;

/// <summary>What the metrics held, as their Prometheus API told.</summary>
/// <param name="ExternalLabels">Labels that tell this store from others.</param>
/// <param name="Oldest">Time of the oldest sample; null when there is none.</param>
/// <param name="Newest">Time of the newest sample; null when there is none.</param>
/// <param name="Series">Number of series with a sample now; null when it was not told.</param>
/// <param name="Retention">How long samples are kept, such as <c>183d</c>; null when it was not told.</param>
public sealed record MetricsFacts(
    IReadOnlyDictionary<string, string> ExternalLabels,
    DateTimeOffset? Oldest = null,
    DateTimeOffset? Newest = null,
    long? Series = null,
    string? Retention = null);
