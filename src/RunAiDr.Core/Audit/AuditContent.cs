using System.Globalization;
using RunAiDr.Core.Checkpoints;

namespace RunAiDr.Core.Audit;

/// <summary>Tells an audit report in words and tables.</summary>
public static class AuditContent
{
    private const int MostMissed = 100;
    private const int MostPruned = 20;

    public static string Title(AuditReport report) => $"Disaster recovery of cluster {report.Cluster}";

    public static IEnumerable<AuditBlock> Of(AuditReport report) =>
    [
        new AuditText($"From {Time(report.Period.From)} to {Time(report.Period.To)}. Made at {Time(report.MadeAt)} by runai-dr from the history of the repository."),
        new AuditText(Summary(report)),
        .. RecoveryPoints(report),
        .. Checkpoints(report),
        .. Rehearsals(report),
        .. Changes(report),
    ];

    private static string Summary(AuditReport report)
    {
        var missed = report.MissedCheckpoints is { Count: > 0 } times ? $", {times.Count} missed" : "";
        var failed = report.Rehearsals.Count(rehearsal => !rehearsal.Passed) is > 0 and var count ? $", {count} not passed" : "";
        return $"Restore points: {report.RestorePoints}. Checkpoints: {report.Checkpoints.Count}{missed}. Rehearsals: {report.Rehearsals.Count}{failed}.";
    }

    private static IEnumerable<AuditBlock> RecoveryPoints(AuditReport report)
    {
        yield return new AuditHeading("Recovery point objectives");
        if (report.RecoveryPoints.Count == 0)
        {
            yield return new AuditText("The configuration names neither a database nor metrics, so nothing of them was taken.");
            yield break;
        }

        yield return new AuditTable(
            "Objectives kept",
            ["component", "objective", "snapshots", "kept", "missed from", "missed to"],
            [.. report.RecoveryPoints.SelectMany(course => RowsOf(course, report.Period))]);
        foreach (var course in report.RecoveryPoints)
        {
            yield return new AuditAgeChart(course, report.Period);
        }
    }

    private static IEnumerable<string[]> RowsOf(RecoveryPointCourse course, AuditPeriod period)
    {
        string[] first =
        [
            CheckpointSummary.NameOf(course.Component),
            course.Objective is { } most ? Duration(most) : "none",
            course.Taken.Count(period.Holds).ToString(CultureInfo.InvariantCulture),
            course.KeptIn(period) is { } kept ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(kept * 1000) / 10:0.0} %") : "",
        ];
        return course.Missed.Count == 0
            ? [[.. first, "", ""]]
            : course.Missed.Select((span, index) => (string[])[.. index == 0 ? first : ["", "", "", ""], Time(span.From), Time(span.To)]);
    }

    private static IEnumerable<AuditBlock> Checkpoints(AuditReport report)
    {
        yield return new AuditHeading("Checkpoints");
        yield return report.Checkpoints.Count == 0
            ? new AuditText("None of this period is there.")
            : new AuditTable(
                "Checkpoints made",
                ["made at", "name", "commit", "complete", "signature"],
                [.. report.Checkpoints.Select(RowOf)]);
        if (report.PrunedCheckpoints is { Count: > 0 } pruned)
        {
            var names = string.Join(", ", pruned.Take(MostPruned));
            var more = pruned.Count > MostPruned ? $" and {pruned.Count - MostPruned} more" : "";
            yield return new AuditText($"Made too, but their tags are gone since (pruned, or deleted): {names}{more}. Their snapshots count in the objectives above.");
        }

        if (report.MissedCheckpoints is { Count: > 0 } missed)
        {
            yield return new AuditTable(
                "Checkpoints missed",
                ["due at"],
                [
                    .. missed.Take(MostMissed).Select(time => (string[])[Time(time)]),
                    .. missed.Count > MostMissed ? [[$"and {missed.Count - MostMissed} more"]] : Array.Empty<string[]>(),
                ]);
        }
    }

    private static string[] RowOf(AuditedCheckpoint checkpoint) =>
    [
        Time(checkpoint.MadeAt), checkpoint.Name, checkpoint.Commit[..8], checkpoint.IsPartial ? "NO, partial" : "yes", checkpoint.Signature ?? "not checked",
    ];

    private static IEnumerable<AuditBlock> Rehearsals(AuditReport report)
    {
        yield return new AuditHeading("Rehearsals");
        yield return report.Rehearsals.Count == 0
            ? new AuditText("The repository remembers none of this period.")
            : new AuditTable(
                "Rehearsals",
                ["at", "restore point", "result"],
                [.. report.Rehearsals.Select(rehearsal => (string[])[Time(rehearsal.At), rehearsal.What, rehearsal.Verdict])]);
    }

    private static IEnumerable<AuditBlock> Changes(AuditReport report)
    {
        yield return new AuditHeading("Changes");
        if (report.Changes.Count == 0)
        {
            yield return new AuditText("Nothing changed.");
            yield break;
        }

        yield return new AuditDaysChart(report.Days, report.Period);
        yield return new AuditTable(
            "Changes by place and actor",
            ["place", "who", "added", "changed", "deleted", "last"],
            [.. report.Changes.Select(RowOf)]);
    }

    private static string[] RowOf(AuditedChange change) =>
    [
        change.Place, string.Join(", ", change.Actors), Number(change.Added), Number(change.Changed), Number(change.Deleted), Time(change.Last),
    ];

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => CheckpointSummary.Time(time);

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.##} h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.##} min");
}
