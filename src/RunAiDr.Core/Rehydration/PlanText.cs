using System.Globalization;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Plan and report as lines for people. Names are made <see cref="Visible"/>.</summary>
public static class PlanText
{
    public static IEnumerable<string> Lines(RehydrationPlan plan)
    {
        yield return $"restore point {plan.Id.Abbreviated}, {Age(plan.Age)} old";
        foreach (var check in plan.Checks)
        {
            yield return Visible.Text($"{Mark(check.Result)} {check.Subject}: {check.Finding}");
            foreach (var item in check.Items)
            {
                yield return Visible.Text($"          {item}");
            }

            if (check is { Result: not CheckResult.Ok, Remedy: { } remedy })
            {
                yield return Visible.Text($"        {remedy}");
            }
        }

        var steps = plan.Steps.ToLookup(step => step.Phase);
        var parts = plan.Parts.ToLookup(part => part.Phase);
        foreach (var phase in Enum.GetValues<RestorePhase>().Where(phase => steps[phase].Any() || parts[phase].Any()))
        {
            yield return $"{PhaseNames.Title(phase)}{About(parts[phase])}";
            foreach (var part in parts[phase])
            {
                yield return Line(Word(part.Action), part.Name, part.Reason);
            }

            foreach (var step in steps[phase])
            {
                yield return Line(Word(step.Action), step.Key, step.Reason);
            }
        }

        yield return $"estimated duration: {Age(plan.Estimate)}";
        yield return plan.CanStart ? "ready: nothing blocks the first write" : "blocked: nothing will be written";
    }

    public static IEnumerable<string> Lines(RehydrationReport report)
    {
        var outcomes = report.Resources.ToLookup(outcome => outcome.Phase);
        var parts = report.Parts.ToLookup(part => part.Phase);
        foreach (var phase in Enum.GetValues<RestorePhase>().Where(phase => outcomes[phase].Any() || parts[phase].Any()))
        {
            yield return PhaseNames.Title(phase);
            foreach (var line in parts[phase].SelectMany(PartLines))
            {
                yield return line;
            }

            foreach (var outcome in outcomes[phase].Where(IsWorthALine))
            {
                yield return Line(Word(outcome.Action), outcome.Key, outcome.Reason);
            }

            if (outcomes[phase].Any())
            {
                yield return $"  {Counts(PhaseCount.Of(phase, [.. outcomes[phase]]))}";
            }
        }

        foreach (var key in report.CompareOnly)
        {
            yield return Line("skip", key, "compare only");
        }

        foreach (var path in report.NotHandled)
        {
            yield return Visible.Text($"  not handled  {path}");
        }

        if (report.NotReached.Count > 0)
        {
            yield return $"{report.NotReached.Count} resources were not reached";
        }

        foreach (var part in report.PartsNotReached)
        {
            yield return Visible.Text($"  not reached  {part}");
        }

        if (report.Stopped is { } stopped)
        {
            yield return Visible.Text($"stopped: {stopped.Message}");
            yield return Visible.Text($"        {stopped.Remedy}");
        }

        var seconds = report.Duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var mode = report.DryRun ? " (dry run: nothing was written)" : "";
        yield return $"{Word(report.Outcome)} in {seconds} s, restore point {report.RestorePoint.Abbreviated} "
            + $"is {Age(report.Age)} old{mode}";
    }

    /// <summary><c>3 d 4 h</c>, <c>5 min</c>: two units at most.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h {age.Minutes} min",
        _ => $"{(int)age.TotalDays} d {age.Hours} h",
    };

    private static bool IsWorthALine(ResourceOutcome outcome) =>
        outcome.Reason is not null || outcome.Action is not (ApplyAction.Created or ApplyAction.Unchanged);

    private static IEnumerable<string> PartLines(PartResult part)
    {
        yield return Line(Word(part.Action), $"{part.Name} ({Age(part.Duration)})", part.Reason);
        foreach (var detail in part.Details)
        {
            yield return Visible.Text($"               {detail}");
        }
    }

    private static string About(IEnumerable<PlannedPart> parts)
    {
        var ticks = parts.Sum(part => part.Estimate?.Ticks ?? 0);
        return ticks == 0 ? "" : $" (about {Age(TimeSpan.FromTicks(ticks))})";
    }

    private static string Line(string action, object what, string? reason) =>
        Visible.Text($"  {action,-11}  {what}{(reason is null ? "" : $": {reason}")}");

    private static string Counts(PhaseCount count) => string.Join(", ", new[]
    {
        (count.Created, "created"), (count.Configured, "configured"), (count.Unchanged, "unchanged"),
        (count.Skipped, "skipped"), (count.Conflicts, "conflicts"), (count.Failed, "failed"),
    }.Where(item => item.Item1 > 0).Select(item => $"{item.Item1} {item.Item2}"));

    private static string Mark(CheckResult result) => result switch
    {
        CheckResult.Ok => "ok     ",
        CheckResult.Warning => "warning",
        _ => "blocked",
    };

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
