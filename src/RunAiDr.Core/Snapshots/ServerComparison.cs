using System.Globalization;
using static RunAiDr.Core.Snapshots.DifferenceSeverity;

namespace RunAiDr.Core.Snapshots;

/// <summary>Compares which server holds the databases, and where it stands; none of this is content.</summary>
internal static class ServerComparison
{
    public static IEnumerable<FingerprintDifference> Compare(DatabaseFingerprint saved, DatabaseFingerprint live)
    {
        if (saved.ServerVersion != live.ServerVersion)
        {
            yield return CompareVersion(saved.ServerVersion, live.ServerVersion);
        }

        foreach (var difference in CompareIdentity(saved, live))
        {
            yield return difference;
        }

        if (saved.InRecovery != live.InRecovery)
        {
            yield return Of("server role", RoleOf(saved), RoleOf(live), live.InRecovery ? "it is a standby, or its recovery has not ended: it cannot be written to" : "the saved facts were read from a standby", live.InRecovery ? Suspicious : Expected);
        }

        foreach (var tablespace in saved.Tablespaces.Except(live.Tablespaces))
        {
            yield return Of($"tablespace {tablespace}", "tablespace", null, "its tables lie in the default tablespace now, or were not restored", Suspicious);
        }
    }

    private static IEnumerable<FingerprintDifference> CompareIdentity(DatabaseFingerprint saved, DatabaseFingerprint live)
    {
        if (saved.SystemIdentifier is null || live.SystemIdentifier is null)
        {
            yield break;
        }

        if (saved.SystemIdentifier != live.SystemIdentifier)
        {
            yield return Of("system identifier", saved.SystemIdentifier, live.SystemIdentifier, "another server: expected for a dump, which is restored into a new one, but not for a copy of its volume", Expected);
            yield break;
        }

        var (before, now) = (saved.Timeline, live.Timeline);
        if (now != before && before is not null && now is not null)
        {
            yield return Of("timeline", Text(before), Text(now), now > before ? "a standby was promoted or the server was recovered since" : "it is a copy from before a promotion or recovery", now > before ? Expected : Suspicious);
        }

        if (WalPosition.TryParse(saved.Lsn, out var then) && WalPosition.TryParse(live.Lsn, out var current) && current.CompareTo(then) < 0)
        {
            yield return Of("LSN", saved.Lsn, live.Lsn, "it stands before the saved point: what was written between is not in it", Suspicious);
        }
    }

    private static FingerprintDifference CompareVersion(string saved, string live) => Major(live) < Major(saved)
        ? Of("server version", saved, live, "an older server than the saved one", Suspicious)
        : Of("server version", saved, live, "another version of the server", Expected);

    private static int Major(string version) => int.TryParse(version.Split('.')[0], CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string RoleOf(DatabaseFingerprint fingerprint) => fingerprint.InRecovery ? "in recovery" : "primary";

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static FingerprintDifference Of(string what, string? saved, string? live, string explanation, DifferenceSeverity severity) =>
        new(what, saved, live, explanation, severity, OfContent: false);
}
