using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

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

    private readonly Option<bool> _data = new("--data")
    {
        Description = "Compare the live database with the fingerprint in the restore point, instead of the resources",
    };

    private readonly TargetOptions _target = new();

    public VerifyCommand()
        : base(
            "verify",
            "Prove that the live cluster equals a restore point; exit code 3 and the differences when it does not.",
            "runai-dr verify before-upgrade --context new-cluster",
            "runai-dr verify before-upgrade --data",
            "runai-dr verify before-upgrade --output json")
    {
        Arguments.Add(_reference);
        _target.AddTo(this);
        Options.Add(_patch);
        Options.Add(_data);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(_target.Aim(invocation));
        var reference = invocation.Get(_reference) ?? "";
        var tree = MappedStateTree.Of(session.Store.Open(session.Name, reference), _target.Mapping(invocation));
        var signature = session.CheckSignature(reference, tree.Id).Enforce(invocation.Process);
        if (invocation.Get(_data))
        {
            return await CompareDataAsync(invocation, session, tree, signature, ct);
        }

        var result = VerifyResult.Of(await session.CompareAsync(tree, ct), tree);
        invocation.Printer.Result(
            invocation.Format, DifferenceText.Lines(result, invocation.Get(_patch)), () => signature.In(Documents.Of(result)));
        return result.Equal ? ExitCode.Success : ExitCode.Different;
    }

    private static async Task<int> CompareDataAsync(
        Invocation invocation, Session session, IStateTree tree, SignatureCheck signature, CancellationToken ct)
    {
        var saved = SnapshotReference.In(tree, SnapshotComponent.Database)?.Fingerprint ?? throw new RunAiDrException(
            Fault.RestorePoint,
            $"Restore point {tree.Id.Abbreviated} has no fingerprint of the database.",
            "Choose a checkpoint whose database was taken; `runai-dr status` lists them.");
        await using var data = await session.OpenDataAsync(ct);
        var database = data.Sources.Database ?? throw new RunAiDrException(
            Fault.Configuration, "The configuration names no database.", "Set database.provider, and how the database is reached.");
        var report = FingerprintComparison.Compare(saved, await database.FingerprintAsync(ct));
        invocation.Printer.Result(invocation.Format, Lines(report), () => signature.In(Documents.Of(report)));
        return report.Equal || RestoredDatabase.Lost(report).Count == 0 ? ExitCode.Success : ExitCode.Different;
    }

    private static IEnumerable<string> Lines(FingerprintReport report)
    {
        foreach (var difference in report.Differences)
        {
            yield return Visible.Text(
                $"{difference.Severity.ToString().ToLowerInvariant()}: {difference.What}: saved {difference.Saved ?? "nothing"}, live {difference.Live ?? "nothing"}: {difference.Explanation}");
        }

        yield return report.Equal ? "equal: the database holds what was saved"
            : RestoredDatabase.Lost(report).Count == 0 ? "the database holds what was saved, and what came after" : "different";
    }
}
