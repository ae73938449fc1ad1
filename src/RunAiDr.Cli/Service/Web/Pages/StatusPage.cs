using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Review;
using RunAiDr.Core.State;
using RunAiDr.Core.Text;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>How a cluster stands at a glance.</summary>
internal static class StatusPage
{
    private const int NewestShown = 8;

    /// <param name="state">The cluster.</param>
    /// <param name="status">What concerns it.</param>
    public static StatusFacts Read(StateView state, ServiceStatus status) =>
        new(
            state.Cluster,
            status.Ready,
            [.. status.Lines().Select(line => new Finding(line.StartsWith("[+]", StringComparison.Ordinal), line[3..]))],
            status.Clusters is [var sync] ? sync.RestorePointAge : null,
            DriftFact.Of(state.DriftBranch, status.Reviews is [var review] ? review : null),
            state.Tip()?.Id,
            [.. status.Checkpoints.SelectMany(one => one.Points).Select(point => new PointFact(CheckpointSummary.NameOf(point.Component), point.Newest?.Checkpoint.Name, point.Newest?.Reference.TakenAt, point.Age, point.Objective, point.IsMissed))],
            state.Checkpoints() is [var newestCheckpoint, ..] ? newestCheckpoint : null,
            status.Rehearsals is [{ Newest: { } newest } rehearsal]
                ? new RehearsalFact(newest.What, newest.StartedAt, newest.Passed, rehearsal.Failure ?? newest.Verdict) : null,
            CoverageFacts.Of(status, state.Cluster),
            status.Remote is { } remote ? new RemoteFact(remote.Ahead, remote.Failure) : null,
            state.History(null, null, NewestShown, CancellationToken.None).Entries);

    public static Html Write(StatusFacts facts, Links links)
    {
        var wrong = facts.Findings.Count(finding => !finding.Ok);
        var verdict = (facts.Ready, wrong) switch
        {
            (false, _) => Words.Mark(false, "Not ready"),
            (_, 0) => Words.Mark(true, "Ready"),
            _ => Words.Mark(false, $"Ready, but look at {Words.Count(wrong, "thing", "things")}"),
        };
        return $"""
            <h1>Status of {facts.Cluster}: {verdict}</h1>
            <section aria-labelledby="reasons"><h2 id="reasons">What is in order, and what is not</h2>
            <ul class="findings">{Html.Each(facts.Findings.OrderBy(finding => finding.Ok), finding => $"<li>{Words.Mark(finding.Ok, finding.Ok ? "ok" : "look")} {finding.Text}</li>")}</ul></section>
            <section aria-labelledby="facts"><h2 id="facts">In short</h2><dl>
            <dt>Restore point</dt><dd>{RestorePoint(facts, links)}</dd>
            <dt>Drift</dt><dd>{Drift(facts, links)}</dd>
            <dt>Last checkpoint</dt><dd>{Checkpoint(facts.LastCheckpoint, links)}</dd>
            <dt>Last rehearsal</dt><dd>{Rehearsal(facts.LastRehearsal)}</dd>
            <dt>Coverage</dt><dd><a href="{links.Coverage}">{facts.Coverage.Standing}</a></dd>
            <dt>Remote</dt><dd>{Remote(facts.Remote)}</dd>
            </dl></section>
            <section aria-labelledby="points"><h2 id="points">Recovery points</h2>{Points(facts.RecoveryPoints, links)}</section>
            <section aria-labelledby="newest"><h2 id="newest">Newest changes</h2>{Newest(facts.Newest, links)}</section>
            """;
    }

    private static Html RestorePoint(StatusFacts facts, Links links) => facts.RestorePoint switch
    {
        { } commit => $"""<a href="{links.RestorePoint(commit.Sha)}"><code>{commit.Abbreviated}</code></a>""",
        null => $"none yet",
    };

    private static Html Drift(StatusFacts facts, Links links) => facts switch
    {
        { Drift: { Failure: { } failure } drift } => $"{Standing(drift, links)}; {Words.Mark(false, "look")} the review failed, retried: {failure}",
        { Drift: { } drift } => Standing(drift, links),
        { ComparedAgo: { } age } => $"none that waits: without a review what changes in the cluster is committed as it is seen; the two were equal {Words.Duration(age)} ago",
        _ => $"not known by this process",
    };

    private static Html Standing(DriftFact drift, Links links) => drift switch
    {
        { State: ReviewState.NoDrift, Waiting: null } => $"none: the branch of record has what the cluster has",
        { State: ReviewState.Open } => $"{Words.Mark(false, "open")} {PullRequest(drift)} waits for a review{Waiting(drift, links)}",
        { State: ReviewState.Refused } => $"{Words.Mark(false, "refused")} {PullRequest(drift)} was closed without a merge, and the drift is the same{Waiting(drift, links)}",
        { Waiting: null } => $"not compared by this process yet; what there is, is on branch <code>{drift.Branch}</code>",
        { Waiting.IsNone: true } => $"none: the branch of record has what the cluster has",
        _ => $"{Words.Mark(false, "open")} branch <code>{drift.Branch}</code> waits for a review{Waiting(drift, links)}",
    };

    private static Html Waiting(DriftFact drift, Links links) =>
        drift.Waiting is { } waiting ? $""": <a href="{links.Drift}">{waiting.ToString()}</a>""" : Html.None;

    private static Html PullRequest(DriftFact drift) => drift.Address switch
    {
        { } address => $"""<a href="{address}">pull request {drift.PullRequest}</a>""",
        null => $"pull request {drift.PullRequest}",
    };

    private static Html Checkpoint(CheckpointFact? newest, Links links) => newest switch
    {
        null => $"none",
        _ => $"""<a href="{links.RestorePoint(newest.Name)}">{newest.Name}</a>, {Words.Time(newest.TakenAt)}, {Words.Mark(!newest.Partial, newest.Partial ? "partial" : "complete")}""",
    };

    private static Html Rehearsal(RehearsalFact? newest) => newest switch
    {
        null => $"none",
        _ => $"of {newest.What}, {Words.Time(newest.StartedAt)}: {Words.Mark(newest.Passed, newest.Passed ? "ok" : "look")} {newest.Verdict}",
    };

    private static Html Remote(RemoteFact? remote) => remote switch
    {
        null => $"none",
        { Failure: { } failure } => $"{Words.Mark(false, "behind")} by {Words.Count(remote.Behind, "commit", "commits")}: {failure}",
        { Behind: 0 } => $"has every commit",
        _ => $"behind by {Words.Count(remote.Behind, "commit", "commits")}",
    };

    private static Html Points(IReadOnlyList<PointFact> points, Links links) => points.Count == 0
        ? $"<p>No component is configured to be saved.</p>"
        : Words.Table("Age against the objective", ["Component", "Verdict", "Age", "Objective", "Checkpoint"], Html.Each(points, point => Point(point, links)));

    private static Html Point(PointFact point, Links links) =>
        $"""
        <tr><th scope="row">{point.Component}</th><td>{Words.Mark(!point.Missed, point.Missed ? "missed" : "met")}</td>
        <td>{(point.Age is { } age ? Words.Duration(age) : "none")}</td><td>{(point.Objective is { } most ? Words.Duration(most) : "any")}</td>
        <td>{Name(point, links)}</td></tr>
        """;

    private static Html Name(PointFact point, Links links) => point.Checkpoint switch
    {
        { } name => $"""<a href="{links.RestorePoint(name)}">{name}</a>""",
        null => $"none",
    };

    private static Html Newest(IReadOnlyList<TimelineEntry> entries, Links links) => entries.Count switch
    {
        0 => $"<p>There is no export yet.</p>",
        _ => $"""{Words.Timeline(entries, links)}<p><a href="{links.History()}">The whole history</a></p>""",
    };
}

internal sealed record StatusFacts(
    string Cluster,
    bool Ready,
    IReadOnlyList<Finding> Findings,
    TimeSpan? ComparedAgo,
    DriftFact? Drift,
    CommitId? RestorePoint,
    IReadOnlyList<PointFact> RecoveryPoints,
    CheckpointFact? LastCheckpoint,
    RehearsalFact? LastRehearsal,
    CoverageFacts Coverage,
    RemoteFact? Remote,
    IReadOnlyList<TimelineEntry> Newest);

internal sealed record Finding(bool Ok, string Text);

internal sealed record PointFact(string Component, string? Checkpoint, DateTimeOffset? TakenAt, TimeSpan? Age, TimeSpan? Objective, bool Missed);

internal sealed record RehearsalFact(string What, DateTimeOffset StartedAt, bool Passed, string Verdict);

internal sealed record RemoteFact(int Behind, string? Failure);
