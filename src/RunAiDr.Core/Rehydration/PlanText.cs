using System.Globalization;
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

        foreach (var phase in plan.Steps.GroupBy(step => step.Phase))
        {
            yield return Title(phase.Key);
            foreach (var step in phase)
            {
                yield return Line(Word(step.Action), step.Key, step.Reason);
            }
        }

        yield return plan.CanStart ? "ready: nothing blocks the first write" : "blocked: nothing will be written";
    }

    public static IEnumerable<string> Lines(RehydrationReport report)
    {
        foreach (var phase in report.Resources.GroupBy(outcome => outcome.Phase))
        {
            yield return Title(phase.Key);
            foreach (var outcome in phase.Where(IsWorthALine))
            {
                yield return Line(Word(outcome.Action), outcome.Key, outcome.Reason);
            }

            yield return $"  {Counts(PhaseCount.Of(phase.Key, [.. phase]))}";
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

    /// <summary>The name of a phase in plan, progress and report.</summary>
    public static string Title(RestorePhase phase) => phase switch
    {
        RestorePhase.CustomResourceDefinitions => "custom resource definitions",
        RestorePhase.Namespaces => "namespaces",
        RestorePhase.Secrets => "secrets",
        RestorePhase.Foundations => "classes, roles, service accounts",
        RestorePhase.Configuration => "templates, config maps, claims",
        RestorePhase.RunaiConfig => "runaiconfig",
        RestorePhase.Bindings => "role bindings",
        RestorePhase.Rest => "policies and the rest",
        _ => "webhooks and admission",
    };

    private static bool IsWorthALine(ResourceOutcome outcome) =>
        outcome.Reason is not null || outcome.Action is not (ApplyAction.Created or ApplyAction.Unchanged);

    private static string Line(string action, ResourceKey key, string? reason) =>
        Visible.Text($"  {action,-11}  {key}{(reason is null ? "" : $": {reason}")}");

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
