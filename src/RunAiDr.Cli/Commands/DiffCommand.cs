using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Comparison;

namespace RunAiDr.Cli.Commands;

internal sealed class DiffCommand : OperatorCommand
{
    private readonly Argument<string> _before = new("before")
    {
        Description = "Tag, checkpoint name, commit, unique prefix of one, or branch",
    };

    private readonly Argument<string?> _after = new("after")
    {
        Description = "What to compare it with [default: the last restore point]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _exitCode = new("--exit-code")
    {
        Description = "End with exit code 3 when they differ",
    };

    private readonly Option<bool> _patch = new("--patch", "-p")
    {
        Description = "Show the changed lines too",
    };

    public DiffCommand()
        : base(
            "diff",
            "Show how two restore points differ, field by field; prints csv and markdown too.",
            "runai-dr diff before-upgrade",
            "runai-dr diff before-upgrade after-upgrade --patch")
    {
        Arguments.Add(_before);
        Arguments.Add(_after);
        Options.Add(_exitCode);
        Options.Add(_patch);
    }

    public override IReadOnlyList<OutputFormat> Formats => Enum.GetValues<OutputFormat>();

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = StateSession.Open(invocation);
        var before = session.Store.Open(session.Name, invocation.Get(_before));
        var after = session.Store.Open(session.Name, invocation.Get(_after));
        var items = LiveComparison.Between(before, after).Items;
        invocation.Printer.Result(
            invocation.Format,
            items.Count == 0
                ? [$"No difference between restore points {before.Id.Abbreviated} and {after.Id.Abbreviated}"]
                : DifferenceText.LinesBetween(items, invocation.Get(_patch)),
            () => new Table(["path", "change", "field", "before", "after"], items.SelectMany(Rows)),
            () => Documents.Of(new { Before = before.Id, After = after.Id, Differences = items }));
        return Task.FromResult(invocation.Get(_exitCode) && items.Count > 0 ? ExitCode.Different : ExitCode.Success);
    }

    private static IEnumerable<string[]> Rows(StateDifference difference)
    {
        var kind = difference.Kind switch
        {
            DifferenceKind.Added => "added",
            DifferenceKind.Missing => "deleted",
            _ => "changed",
        };
        return difference.Fields
            .Select(field => (string[])[difference.Path, kind, field.Field, field.Before ?? Side(field, '-'), field.After ?? Side(field, '+')])
            .DefaultIfEmpty([difference.Path, kind, "", "", ""]);
    }

    private static string Side(FieldChange field, char side) =>
        string.Join('\n', field.Lines.Where(line => line[0] == side).Select(line => line[1..].TrimStart()));
}
