using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Comparison;

namespace RunAiDr.Cli.Commands;

internal sealed class VerifyCommand : OperatorCommand
{
    private readonly Argument<string> _reference = new("ref")
    {
        Description = "Tag, checkpoint name, commit, unique prefix of one, or branch",
    };

    private readonly Option<bool> _patch = new("--patch", "-p")
    {
        Description = "Show the changed lines too",
    };

    public VerifyCommand()
        : base(
            "verify",
            "Prove that the live cluster equals a restore point; exit code 3 and the differences when it does not.",
            "runai-dr verify before-upgrade --context new-cluster",
            "runai-dr verify before-upgrade --output json")
    {
        Arguments.Add(_reference);
        Options.Add(_patch);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var tree = session.Store.Open(session.Name, invocation.Get(_reference));
        var result = VerifyResult.Of(await session.CompareAsync(tree, ct), tree);
        invocation.Printer.Result(
            invocation.Format, DifferenceText.Lines(result, invocation.Get(_patch)), () => Documents.Of(result));
        return result.Equal ? ExitCode.Success : ExitCode.Different;
    }
}
