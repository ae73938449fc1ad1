using System.Globalization;

namespace RunAiDr.Core.Snapshots;

/// <summary>Whether a database that was restored is the one that was saved.</summary>
/// <param name="Report">How what it holds differs.</param>
/// <param name="Problems">Why it is not what was saved, a line each; empty when it is.</param>
public sealed record RestoredDatabase(FingerprintReport Report, IReadOnlyList<string> Problems)
{
    /// <summary>Asks the live database and compares.</summary>
    /// <exception cref="RunAiDrException">It cannot be asked, or the reference does not say what was saved.</exception>
    public static async Task<RestoredDatabase> CompareAsync(IDatabase live, SnapshotReference saved, CancellationToken ct) =>
        Compare(await live.FingerprintAsync(ct), saved);

    /// <exception cref="RunAiDrException">The reference does not say what was saved.</exception>
    public static RestoredDatabase Compare(DatabaseFingerprint live, SnapshotReference saved)
    {
        var fingerprint = saved.Fingerprint ?? throw new RunAiDrException(
            Fault.RestorePoint, "The snapshot reference does not say what the database held.", "Choose another restore point, or compare by hand.");
        var report = FingerprintComparison.Compare(fingerprint, live);
        return new RestoredDatabase(report, saved switch
        {
            { External: { } point } => [.. PositionProblems(point, live)],
            { Csi: not null } => [.. CopyProblems(fingerprint, live), .. Lost(report)],
            _ => [.. report.Differences.Where(difference => difference.OfContent && !IsAdded(difference)).Select(Line)],
        });
    }

    // Others back it up, and bring it back to the saved point or a later one: what it holds may have changed until then.
    private static IEnumerable<string> PositionProblems(ExternalDatabase point, DatabaseFingerprint live)
    {
        if (live.SystemIdentifier != point.SystemIdentifier)
        {
            yield return $"it is another server: its system identifier is {live.SystemIdentifier ?? "not told"}, not {point.SystemIdentifier}";
            yield break;
        }

        if (live.InRecovery)
        {
            yield return "its recovery has not ended, or it is a standby: promote it, or configure the address of the primary";
        }

        if (live.Timeline is not { } timeline)
        {
            yield return "its timeline is not told: let the role read it (pg_monitor)";
        }
        else if (timeline < point.Timeline)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"it is on timeline {timeline}, before the saved timeline {point.Timeline}");
        }

        if (WalPosition.TryParse(live.Lsn, out var current) && WalPosition.TryParse(point.Lsn, out var saved) && current.CompareTo(saved) < 0)
        {
            yield return $"it stands at {live.Lsn}, before the saved {point.Lsn}: what was written between is not in it";
        }
    }

    private static IEnumerable<string> CopyProblems(DatabaseFingerprint saved, DatabaseFingerprint live)
    {
        if (saved.SystemIdentifier is { } before && live.SystemIdentifier is { } now && before != now)
        {
            yield return $"it is another server, not the copy of the saved volume: its system identifier is {now}, not {before}";
        }
    }

    /// <summary>
    /// What was saved and is not there as it was, a line each. Rows written between the fingerprint and the snapshot, and what
    /// was made since the database started, do not count.
    /// </summary>
    public static IReadOnlyList<string> Lost(FingerprintReport report) =>
        [.. report.Differences.Where(difference => difference.Severity != DifferenceSeverity.Expected).Select(Line)];

    private static bool IsAdded(FingerprintDifference difference) =>
        difference.Saved is null && difference.What.StartsWith("role ", StringComparison.Ordinal);

    private static string Line(FingerprintDifference difference) =>
        $"{difference.What}: {difference.Saved ?? "nothing"} saved, {difference.Live ?? "nothing"} now: {difference.Explanation}";
}
