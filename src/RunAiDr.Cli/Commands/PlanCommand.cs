using RunAiDr.Cli.Output;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;

namespace RunAiDr.Cli.Commands;

internal sealed class PlanCommand : OperatorCommand
{
    private readonly RestoreOptions _options = new();

    public PlanCommand()
        : base(
            "plan",
            "Show what rehydrate would do, and check everything it needs. Writes nothing; exit code 4 or 8 when rehydrate may not start.",
            "runai-dr plan before-upgrade --target-context new-cluster",
            "runai-dr plan 4f2a91c7 --secrets secrets.yaml --output json",
            "runai-dr plan before-upgrade --skip control-plane,cluster --map-storage-class fast-ssd=gp3")
    {
        _options.AddTo(this);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(_options.Target.Aim(invocation));
        var reference = invocation.Get(_options.RestorePoint) ?? "";
        var saved = session.Store.Open(session.Name, reference);
        var signature = session.CheckSignature(reference, saved.Id);
        var tree = MappedStateTree.Of(saved, _options.Target.Mapping(invocation));
        var sources = _options.Secrets(invocation);

        // What nobody vouches for gets no private key to work with.
        sources = sources with { OpensEncrypted = sources.OpensEncrypted && !signature.IsRefused };
        var secrets = await sources.ReadAsync(session, saved, ct);
        var options = _options.Read(invocation) with { Secrets = secrets.Values };
        var plan = await session.PlanAsync(tree, options, _options.AllowsConnected(invocation), ct);
        plan = plan with { Checks = [.. signature.Rows, .. NewerSnapshots.Rows(session.Store, session.Name, saved), .. secrets.Rows, .. plan.Checks] };
        invocation.Printer.Result(invocation.Format, PlanText.Lines(plan), () => signature.In(Documents.Of(plan)));
        return signature.IsRefused ? ExitCode.RestorePoint
            : plan.Obstacle is { } obstacle ? ExitCode.For(obstacle) : ExitCode.Success;
    }
}
