using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using Spectre.Console;

namespace RunAiDr.Cli.Output;

/// <summary>Shows on a terminal how far each phase of a rehydration is.</summary>
internal sealed class LiveTable : IProgress<RehydrationProgress>
{
    private readonly Dictionary<RestorePhase, ProgressTask> _phases;

    private LiveTable(ProgressContext context, RehydrationPlan plan) =>
        _phases = plan.Steps.Select(step => step.Phase).Concat(plan.Parts.Select(part => part.Phase))
            .GroupBy(phase => phase)
            .OrderBy(phase => phase.Key)
            .ToDictionary(phase => phase.Key, phase => context.AddTask(PhaseNames.Title(phase.Key), maxValue: phase.Count()));

    /// <summary>Runs <paramref name="work"/> with the table on the screen.</summary>
    public static Task<T> ShowAsync<T>(TextWriter terminal, RehydrationPlan plan, Func<IProgress<RehydrationProgress>, Task<T>> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new LiveTable(context, plan)));
    }

    public void Report(RehydrationProgress value)
    {
        var (phase, done, text) = value switch
        {
            ResourceDone resource => (resource.Outcome.Phase, 1, null),
            PartDone part => (part.Result.Phase, 1, PhaseNames.Title(part.Result.Phase)),
            PartStep part => (part.Phase, 0, $"{PhaseNames.Title(part.Phase)}: {Visible.Text(part.Progress.Step)}"),
            _ => (default, 0, (string?)null),
        };
        if (_phases.TryGetValue(phase, out var row))
        {
            row.Increment(done);
            row.Description = text is null ? row.Description : Markup.Escape(text);
        }
    }
}
