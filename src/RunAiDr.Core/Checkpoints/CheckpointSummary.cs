using System.Globalization;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Checkpoints;

/// <summary>A checkpoint in words: the message of its tag.</summary>
public static class CheckpointSummary
{
    private const double Step = 1024;
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>First line of the message; with an empty cluster, how that of any cluster begins.</summary>
    public static string Subject(string name, string cluster) => $"Checkpoint {name} of cluster {cluster}";

    /// <summary>Whether a tag was made by a checkpoint.</summary>
    public static bool IsOf(StateTag tag) => tag.Message.StartsWith(Subject(tag.Name, ""), StringComparison.Ordinal);

    public static string Of(CheckpointReport report) =>
        string.Join('\n', [Subject(report.Request.Name, report.Request.Cluster), "", .. Lines(report)]);

    public static IEnumerable<string> Lines(CheckpointReport report)
    {
        if (report.IsPartial)
        {
            var failed = report.Outcomes.Where(outcome => outcome.Failure is not null).Select(outcome => NameOf(outcome.Component));
            yield return $"PARTIAL: {string.Join(" and ", failed)} failed. It cannot bring everything back.";
        }

        foreach (var component in Enum.GetValues<SnapshotComponent>())
        {
            var outcome = report.Outcomes.FirstOrDefault(candidate => candidate.Component == component);
            foreach (var line in outcome is null ? [$"{Title(component)}: not configured"] : LinesOf(outcome))
            {
                yield return line;
            }
        }

        yield return $"Cluster: {report.Export.Resources} resources at revision {report.Export.Revision}, {Time(report.ExportedAt)}; "
            + $"Kubernetes {report.Export.Info.KubernetesVersion}";
        yield return report.Export.Info.Charts.Count == 0
            ? "Charts: no Helm release"
            : $"Charts: {string.Join(", ", report.Export.Info.Charts.Select(chart => $"{chart.Key} {chart.Value}"))}";
        if (report.Outcomes.Any(outcome => outcome.Reference is not null))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"From the oldest to the newest part: {report.Skew.TotalSeconds:0.#} s");
        }

        if (report.Export.Placeholders.Count - (report.Export.Encryption?.Secrets ?? 0) is > 0 and var missing)
        {
            yield return $"Missing: {missing} secret values, which `runai-dr plan` lists";
        }

        foreach (var warning in report.Export.Warnings)
        {
            yield return $"Warning: {warning}";
        }
    }

    public static string NameOf(SnapshotComponent component) => component == SnapshotComponent.Database ? "database" : "metrics";

    public static string Size(long bytes)
    {
        var unit = 0;
        double size = bytes;
        for (; size >= Step && unit < Units.Length - 1; unit++)
        {
            size /= Step;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {Units[unit]}");
    }

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<string> LinesOf(SnapshotOutcome outcome)
    {
        var title = Title(outcome.Component);
        if (outcome.Reference is not { } reference)
        {
            yield return outcome.Failure is { } failure ? $"{title}: FAILED: {failure}" : $"{title}: {outcome.Absence}";
            yield break;
        }

        var size = reference.Bytes is { } bytes ? $", {Size(bytes)}" : "";
        yield return $"{title}: {reference.Provider}, as of {Time(reference.TakenAt)}{size}; {Place(reference)}";
        if (reference.Fingerprint is { } print)
        {
            yield return $"{title} holds: {ServerOf(print)}; {string.Join(", ", print.Databases.Select(ContentOf))}";
        }

        if (reference.Metrics is { Oldest: { } oldest, Newest: { } newest } facts)
        {
            yield return $"{title} hold: samples from {Time(oldest)} to {Time(newest)}{(facts.Series is { } series ? $", {series} series" : "")}";
        }

        foreach (var warning in reference.Warnings.Concat(reference.Fingerprint?.Warnings ?? []))
        {
            yield return $"Warning: {NameOf(outcome.Component)}: {warning}";
        }
    }

    private static string ServerOf(DatabaseFingerprint print) => string.Create(
        CultureInfo.InvariantCulture,
        $"PostgreSQL {print.ServerVersion}, system {print.SystemIdentifier ?? "unknown"}, timeline {print.Timeline?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}, LSN {print.Lsn}");

    private static string ContentOf(DatabaseContent database)
    {
        var tables = database.Tables.Count;
        var unknown = database.Tables.Count(table => table.Rows is null);
        var besides = unknown == 0 ? "" : $", of {unknown} of which the rows are not known";
        return $"{database.Name} with {database.Tables.Sum(table => table.Rows)} rows in {tables} {(tables == 1 ? "table" : "tables")}{besides}";
    }

    private static string Place(SnapshotReference reference) => reference switch
    {
        { Csi: { } csi } => $"snapshot {csi.SnapshotHandle} of {csi.Driver}",
        { Dump: { } dump } => $"{dump.Files.Count} files in {reference.Location}",
        { External: { } external } => $"restore point {external.RestorePoint ?? external.Lsn} on {external.Host}",
        _ => "nothing",
    };

    private static string Title(SnapshotComponent component) => component == SnapshotComponent.Database ? "Database" : "Metrics";
}
