using RunAiDr.Cli.Output;
using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cli.Commands;

internal sealed class PlanCommand : OperatorCommand
{
    private readonly RestoreOptions _options = new();

    public PlanCommand()
        : base(
            "plan",
            "Show what rehydrate would do, and check everything it needs. Writes nothing; exit code 4 or 8 when rehydrate may not start.",
            "runai-dr plan before-upgrade --context new-cluster",
            "runai-dr plan 4f2a91c7 --secrets secrets.yaml --output json")
    {
        _options.AddTo(this);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var tree = session.Store.Open(session.Name, invocation.Get(_options.RestorePoint));
        var planner = new Planner(session.Cluster, invocation.Process.Clock);
        var plan = await planner.PlanAsync(tree, _options.Read(invocation), ct);
        invocation.Printer.Result(invocation.Format, PlanText.Lines(plan), () => Documents.Of(plan));
        return plan.Obstacle is { } obstacle ? ExitCode.For(obstacle) : ExitCode.Success;
    }
}
