using RunAiDr.Core.Rehydration;
using Spectre.Console;

namespace RunAiDr.Cli.Output;

/// <summary>Shows on a terminal how far each phase of a rehydration is.</summary>
internal sealed class LiveTable : IProgress<RehydrationProgress>
{
    private readonly Dictionary<RestorePhase, ProgressTask> _phases;

    private LiveTable(ProgressContext context, RehydrationPlan plan) =>
        _phases = plan.Steps
            .GroupBy(step => step.Phase)
            .OrderBy(phase => phase.Key)
            .ToDictionary(phase => phase.Key, phase => context.AddTask(PlanText.Title(phase.Key), maxValue: phase.Count()));

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
        if (_phases.TryGetValue(value.Outcome.Phase, out var phase))
        {
            phase.Increment(1);
        }
    }
}
