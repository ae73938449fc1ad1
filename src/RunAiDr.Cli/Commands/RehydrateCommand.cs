using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cli.Commands;

internal sealed class RehydrateCommand : OperatorCommand
{
    private readonly RestoreOptions _options = new();

    private readonly Option<string?> _dryRun = new("--dry-run")
    {
        Description = "\"server\": let the API server check every write and persist none",
        HelpName = "mode",
    };

    public RehydrateCommand()
        : base(
            "rehydrate",
            "Restore the resources of a restore point. Safe to repeat: what is done stays done.",
            "runai-dr rehydrate before-upgrade --context new-cluster --secrets secrets.yaml",
            "runai-dr rehydrate before-upgrade --dry-run server",
            "runai-dr rehydrate before-upgrade --without-secrets")
    {
        _options.AddTo(this);
        _dryRun.AcceptOnlyFromAmong("server");
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var tree = session.Store.Open(session.Name, invocation.Get(_options.RestorePoint));
        var options = _options.Read(invocation) with { DryRun = invocation.Get(_dryRun) is not null };
        var plan = await new Planner(session.Cluster, invocation.Process.Clock).PlanAsync(tree, options, ct);
        if (plan.Obstacle is { } obstacle)
        {
            throw Blocked(plan, obstacle);
        }

        var rehydrator = new Rehydrator(session.Cluster, invocation.Process.Clock);
        var report = invocation.Process.IsTerminal
            ? await LiveTable.ShowAsync(invocation.Process.Error, plan, table => rehydrator.RunAsync(plan, table, ct))
            : await rehydrator.RunAsync(plan, new ProgressLine(invocation.Process.Error, invocation.Process.Clock), ct);
        invocation.Printer.Result(invocation.Format, PlanText.Lines(report), () => Documents.Of(report));
        return report.Outcome switch
        {
            RehydrationOutcome.Complete => ExitCode.Success,
            RehydrationOutcome.Cancelled => ExitCode.Cancelled,
            RehydrationOutcome.Stopped => ExitCode.ClusterUnreachable,
            _ => ExitCode.Incomplete,
        };
    }

    private static RunAiDrException Blocked(RehydrationPlan plan, Fault obstacle) => new(
        obstacle,
        string.Join('\n', plan.Checks
            .Where(check => check.Result == CheckResult.Blocked)
            .SelectMany(check => check.Items.Select(item => $"  {item}").Prepend($"{check.Subject}: {check.Finding}. {check.Remedy}"))),
        "Nothing was written. `runai-dr plan` shows every check.");
}
