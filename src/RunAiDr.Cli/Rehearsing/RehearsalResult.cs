using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>What came of a rehearsal: for machines as JSON, for people as lines.</summary>
internal sealed record RehearsalResult
{
    public required string Cluster { get; init; }

    public required CommitId RestorePoint { get; init; }

    /// <summary>Name of the checkpoint, null of another restore point.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Who signed it.</summary>
    public required SignatureVerdict Signature { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Of everything, the start of the control plane included.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What it was rehydrated into; null when it came to none.</summary>
    public string? ControlPlane { get; init; }

    public IReadOnlyList<LeftOutPhase> LeftOut { get; init; } = [];

    /// <summary>How many secret values nobody supplied.</summary>
    public int MadeUp { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Snapshots that the storage has no more.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Why nothing was written, null when nothing stood in the way; <see cref="Blocked"/> tells.</summary>
    public Fault? Obstacle { get; init; }

    public IReadOnlyList<PlanCheck> Blocked { get; init; } = [];

    /// <summary>Null when nothing was written.</summary>
    public RestoreReport? Report { get; init; }

    /// <summary>Whether what was left out makes it a failure.</summary>
    public bool Strict { get; init; }

    public bool Partly => LeftOut.Count > 0;

    public bool Passed => ExitCode == Cli.ExitCode.Success;

    public int ExitCode => this switch
    {
        { Obstacle: { } obstacle } => Cli.ExitCode.For(obstacle),
        { Report: null } => Cli.ExitCode.Incomplete,
        { Report.ExitCode: not Cli.ExitCode.Success } => Report.ExitCode,
        { Report.Verification: null } => Cli.ExitCode.Incomplete,
        { Lost.Count: > 0 } => Cli.ExitCode.Snapshot,
        { Strict: true, Partly: true } => Cli.ExitCode.NeedsOperator,
        _ => Cli.ExitCode.Success,
    };

    /// <summary>Why it did not pass; null when it did.</summary>
    public string? Reason => Passed ? null
        : Blocked is [var check, ..] ? $"{check.Subject}: {string.Join(", ", check.Items.Prepend(check.Finding))}"
        : Report is { } report ? ReasonIn(report) ?? (Lost is [var lost, ..] ? lost : $"not rehearsed: {LeftOutText}")
        : "nothing was rehydrated";

    private string LeftOutText => string.Join(", ", LeftOut.Select(phase => PhaseNames.Title(phase.Phase)));

    private string Verdict => !Passed ? $"not passed: {Reason}" : Partly ? $"passed, partly: not rehearsed were {LeftOutText}" : "passed";

    public IEnumerable<string> Lines()
    {
        var what = Checkpoint is null ? RestorePoint.Abbreviated : $"{Checkpoint} ({RestorePoint.Abbreviated})";
        yield return Visible.Text($"rehearsal of {what} of {Cluster}{(ControlPlane is null ? "" : $" on {ControlPlane}")}");
        var told = LeftOut.Select(phase => $"left out  {PhaseNames.Title(phase.Phase)}: {phase.Reason}")
            .Concat(MadeUp == 0 ? [] : [$"made up   {MadeUp} secret values that nobody supplied"])
            .Concat(Warnings.Select(warning => $"warning   {warning}"))
            .Concat(Lost.Select(lost => $"lost      {lost}"))
            .Concat(Blocked.SelectMany(BlockedLines));
        foreach (var line in told)
        {
            yield return Visible.Text(line);
        }

        foreach (var line in Report?.Lines() ?? [])
        {
            yield return line;
        }

        yield return Visible.Text(Verdict);
    }

    public JsonNode Document()
    {
        var document = Report?.Document().AsObject() ?? new JsonObject { ["outcome"] = "blocked", ["parts"] = new JsonArray() };
        document.Remove("verification");
        document.Remove("server");
        document["restorePoint"] = RestorePoint.Sha;
        document["checkpoint"] = Checkpoint;
        document["cluster"] = Cluster;
        document["signature"] = Documents.Of(Signature);
        document["controlPlane"] = ControlPlane;
        document["passed"] = Passed;
        document["partly"] = Partly;
        document["reason"] = Reason;
        document["leftOut"] = new JsonArray([.. LeftOut.Select(phase =>
            new JsonObject { ["phase"] = PhaseNames.Of(phase.Phase), ["reason"] = phase.Reason })]);
        document["madeUp"] = MadeUp;
        document["warnings"] = Documents.Of(Warnings);
        document["lost"] = Documents.Of(Lost);
        document["blocked"] = Documents.Of(Blocked);
        document["startedAt"] = Documents.Of(StartedAt);
        document["recoveryTime"] = Report is null ? null : Documents.Of(Report.RecoveryTime);
        document["duration"] = Documents.Of(Duration);
        document["differences"] = Report?.Verification is { } verification ? Documents.Of(verification.Differences) : null;
        document["deferred"] = Report?.Verification is { } deferring ? Documents.Of(deferring.Deferred) : null;
        return document;
    }

    private static IEnumerable<string> BlockedLines(PlanCheck check) =>
        check.Items.Select(item => $"          {item}").Prepend($"blocked   {check.Subject}: {check.Finding}").Append($"          {check.Remedy}");

    private static string? ReasonIn(RestoreReport report)
    {
        var done = report.Rehydration;
        var refused = done.Parts.Where(part => part.Action is ApplyAction.Failed or ApplyAction.Conflict).Select(part => $"{part.Name}: {part.Reason}")
            .Concat(done.Resources.Where(item => item.Action is ApplyAction.Failed or ApplyAction.Conflict or ApplyAction.Skipped).Select(item => $"{item.Key}: {item.Reason}"));
        return done.Stopped?.Message ?? refused.FirstOrDefault() ?? report.Verification switch
        {
            null => "it could not be verified",
            { Equal: false } verification => $"{verification.Differences.Count} files differ, first {verification.Differences[0].Path}",
            _ => null,
        };
    }
}
