namespace RunAiDr.Core.Snapshots;

/// <summary>How a live database differs from a saved fingerprint: the server first, then roles and databases, each by name.</summary>
public sealed record FingerprintReport(IReadOnlyList<FingerprintDifference> Differences)
{
    /// <summary>Whether databases, schemas, tables, rows, extensions and roles are the same; which server holds them does not count.</summary>
    public bool Equal => Differences.All(difference => !difference.OfContent);
}

/// <summary>One difference.</summary>
/// <param name="What">What differs: <c>backend.public.jobs</c>, <c>role grafana</c>, <c>server version</c>.</param>
/// <param name="Saved">As saved; null when it was not there.</param>
/// <param name="Live">As it is now; null when it is not there.</param>
/// <param name="Explanation">What it may mean, for a person.</param>
/// <param name="Severity">How much it should worry.</param>
/// <param name="OfContent">False for facts about the server, which another server may have otherwise.</param>
public sealed record FingerprintDifference(
    string What, string? Saved, string? Live, string Explanation, DifferenceSeverity Severity, bool OfContent = true);

/// <summary>How much a difference should worry.</summary>
public enum DifferenceSeverity
{
    /// <summary>Comes with going on, or with restoring into another server.</summary>
    Expected,

    /// <summary>May come with going on; somebody should know why.</summary>
    Suspicious,

    /// <summary>What was saved is not there.</summary>
    Missing,
}
