using System.Globalization;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Service;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class StatusCommand : OperatorCommand
{
    private const int TagsShown = 10;

    public StatusCommand()
        : base(
            "status",
            "Show how old the recovery points are, against their objectives; exit code 12 when one is missed.",
            "runai-dr status",
            "runai-dr status --output json")
    {
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var now = invocation.Process.Clock.GetUtcNow();
        using var remote = Repositories.RemoteOf(session.Config, invocation.Process.Clock);
        var notFetched = await FetchAsync(remote, ct);
        var tags = Checkpoint.AllOf(session.Store, session.Name);
        await using var data = await session.OpenStorageAsync(ct);
        var usable = await UsableSnapshots.FindAsync(tags, data.Sources, ct);
        var (orphans, notListed) = await OrphansAsync(session, data, ct);
        var points = RecoveryPoint.Of(session.Objectives, usable, now);
        var tip = session.Store.Tip(session.Name);
        var result = new StatusResult(
            session.Name,
            tip is null ? null : new StateResult(tip.Id, tip.CommittedAt),
            remote?.Ahead(),
            [.. points.Select(point => Result(point, usable))],
            [.. tags.Where(tag => tag.IsCheckpoint).Select(tag => new TagResult(tag.Name, tag.Tag.Commit, tag.Tag.TaggedAt, tag.IsPartial))],
            [.. tags.Where(tag => tag.Defect is not null).Select(tag => $"{tag.Name}: {tag.Defect}"), .. usable.Defects],
            orphans,
            RehearsalRecord.Read(session.Config.Repository, session.Name) is { } newest ? Result(newest, now) : null,
            [.. new[] { notFetched, notListed }.OfType<string>()]);
        invocation.Printer.Result(invocation.Format, Lines(result, now), () => Documents.Of(result));
        return result.RecoveryPoints.Any(point => point.Missed) ? ExitCode.ObjectiveMissed
            : result.RecoveryPoints.Any(point => point is { Objective: not null, NotChecked: not null }) ? ExitCode.Snapshot
            : ExitCode.Success;
    }

    /// <summary>Takes the tags of others; why that failed, null when it did not.</summary>
    private static async Task<string?> FetchAsync(GitRemote? remote, CancellationToken ct)
    {
        try
        {
            _ = remote is null ? null : await remote.SynchronizeAsync(() => false, ct);
            return null;
        }
        catch (RunAiDrException failure)
        {
            return $"The remote was not asked for the checkpoints of others: {failure.Message}";
        }
    }

    private static async Task<(IReadOnlyList<string> Orphans, string? NotListed)> OrphansAsync(Session session, DataSources data, CancellationToken ct)
    {
        try
        {
            var plan = await new Pruning(session.Name, session.Store, data.Sources).PlanAsync(new RetentionPolicy(), ct);
            return ([.. plan.Orphans.Select(orphan => $"{orphan.Provider.Name} {orphan.Owned.Location}")], null);
        }
        catch (RunAiDrException failure)
        {
            return ([], $"Orphans were not looked for: {failure.Message}");
        }
    }

    private static PointResult Result(RecoveryPoint point, UsableSnapshots usable) => new(
        CheckpointSummary.NameOf(point.Component),
        point.Newest?.Checkpoint.Name,
        point.Newest?.Reference.Provider,
        point.Newest?.Reference.TakenAt,
        point.Age,
        point.Objective,
        point.IsMissed,
        usable.NotChecked.GetValueOrDefault(point.Component));

    private static RehearsedResult Result(RehearsalRecord newest, DateTimeOffset now) =>
        new(newest.Checkpoint, newest.RestorePoint, newest.StartedAt, now - newest.StartedAt, newest.Passed, newest.Partly, newest.Reason);

    private static IEnumerable<string> Lines(StatusResult status, DateTimeOffset now)
    {
        yield return status.RestorePoint is { } restorePoint
            ? $"Cluster {status.Cluster}: restore point {restorePoint.Commit.Abbreviated}, last change {Duration(now - restorePoint.CommittedAt)} ago"
            : $"Cluster {status.Cluster}: no restore point yet; run `runai-dr export`";
        if (status.Unpushed is { } unpushed)
        {
            yield return unpushed == 0 ? "Remote: has every commit" : $"Remote: behind by {unpushed} {(unpushed == 1 ? "commit" : "commits")}";
        }

        foreach (var point in status.RecoveryPoints)
        {
            yield return Line(point);
            if (point.NotChecked is { } why)
            {
                yield return Visible.Text($"  not checked, only what the tag says: {why}");
            }
        }

        var checkpoints = status.Checkpoints.Take(TagsShown).Select(tag => tag.Name + (tag.Partial ? " (partial)" : "")).ToList();
        var more = status.Checkpoints.Count > TagsShown ? $" and {status.Checkpoints.Count - TagsShown} more" : "";
        yield return checkpoints.Count == 0 ? "Checkpoints: none" : $"Checkpoints: {string.Join(", ", checkpoints)}{more}";
        yield return Line(status.Rehearsal);
        foreach (var defect in status.Defects)
        {
            yield return Visible.Text($"Not usable: {defect}");
        }

        foreach (var orphan in status.Orphans)
        {
            yield return Visible.Text($"Orphan, named by no tag: {orphan}");
        }

        foreach (var reason in status.Unknown)
        {
            yield return Visible.Text(reason);
        }
    }

    private static string Line(PointResult point)
    {
        var objective = point.Objective is { } most ? $", objective {Duration(most)}: {(point.Missed ? "MISSED" : "met")}" : "";
        return point.Checkpoint is null
            ? $"Recovery point of {point.Component}: none{objective}"
            : $"Recovery point of {point.Component}: {Duration(point.Age ?? TimeSpan.Zero)} old, {point.Provider} of {point.Checkpoint}{objective}";
    }

    private static string Line(RehearsedResult? newest) => newest is null
        ? "Rehearsal: none; run `runai-dr rehearse <ref>`"
        : Visible.Text($"Rehearsal: of {newest.Checkpoint ?? newest.RestorePoint}, {Duration(newest.Age)} ago: {(newest.Passed ? newest.Partly ? "passed, partly" : "passed" : $"NOT PASSED: {newest.Reason}")}");

    internal static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
    };

    private sealed record StatusResult(
        string Cluster,
        StateResult? RestorePoint,
        int? Unpushed,
        IReadOnlyList<PointResult> RecoveryPoints,
        IReadOnlyList<TagResult> Checkpoints,
        IReadOnlyList<string> Defects,
        IReadOnlyList<string> Orphans,
        RehearsedResult? Rehearsal,
        IReadOnlyList<string> Unknown);

    private sealed record StateResult(CommitId Commit, DateTimeOffset CommittedAt);

    private sealed record PointResult(
        string Component,
        string? Checkpoint,
        string? Provider,
        DateTimeOffset? TakenAt,
        TimeSpan? Age,
        TimeSpan? Objective,
        bool Missed,
        string? NotChecked);

    private sealed record RehearsedResult(
        string? Checkpoint, string RestorePoint, DateTimeOffset StartedAt, TimeSpan Age, bool Passed, bool Partly, string? Reason);

    private sealed record TagResult(string Name, CommitId RestorePoint, DateTimeOffset TaggedAt, bool Partial);
}
