using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Comparison;

namespace RunAiDr.Cli.Commands;

internal sealed class DriftCommand : OperatorCommand
{
    private readonly Argument<string?> _reference = new("ref")
    {
        Description = "What to compare with [default: the last restore point]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _exitCode = new("--exit-code")
    {
        Description = "End with exit code 3 when there is drift",
    };

    private readonly Option<bool> _patch = new("--patch", "-p")
    {
        Description = "Show the changed lines too",
    };

    public DriftCommand()
        : base(
            "drift",
            "Show how the live cluster differs from a restore point.",
            "runai-dr drift",
            "runai-dr drift before-upgrade --patch",
            "runai-dr drift --exit-code --output json")
    {
        Arguments.Add(_reference);
        Options.Add(_exitCode);
        Options.Add(_patch);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var tree = session.Store.Open(session.Name, invocation.Get(_reference));
        var drift = await session.CompareAsync(tree, ct);
        invocation.Printer.Result(
            invocation.Format,
            drift.Items.Count == 0
                ? [$"No drift from restore point {tree.Id.Abbreviated}"]
                : DifferenceText.Lines(drift.Items, invocation.Get(_patch)),
            () => Documents.Of(new { RestorePoint = tree.Id, Differences = drift.Items }));
        return invocation.Get(_exitCode) && drift.Items.Count > 0 ? ExitCode.Different : ExitCode.Success;
    }
}
