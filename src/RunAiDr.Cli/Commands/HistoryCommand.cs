using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core.History;

namespace RunAiDr.Cli.Commands;

internal sealed class HistoryCommand : OperatorCommand
{
    private readonly Argument<string?> _what = new("what")
    {
        Description = "A project, or a folder or file of the restore points [default: the whole cluster]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _value = new("--value")
    {
        Description = "Only what changed this value of the Helm releases, or of one of them",
        HelpName = "[release:]path",
    };

    private readonly HistoryOptions _options = new();

    public HistoryCommand()
        : base(
            "history",
            "Show who changed what and when, from the repository alone; prints csv and markdown too.",
            "runai-dr history",
            "runai-dr history team-a --since 2026-03-01",
            "runai-dr history namespaces/team-a/rolebindings/runai-researcher.yaml",
            "runai-dr history --value global.domain",
            "runai-dr history --output csv")
    {
        Arguments.Add(_what);
        Options.Add(_value);
        _options.AddTo(this);
    }

    public override IReadOnlyList<OutputFormat> Formats => Enum.GetValues<OutputFormat>();

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = StateSession.Open(invocation);
        var query = _options.Read(invocation, session.Name);
        var rows = Rows(invocation, session, query, ct).Take(_options.Limit(invocation));
        invocation.Printer.Result(
            invocation.Format,
            HistoryRow.Lines(rows),
            () => HistoryRow.Table(rows, invocation.Format),
            () => Documents.Of(new { query.Cluster, Entries = rows }));
        return Task.FromResult(ExitCode.Success);
    }

    private IEnumerable<HistoryRow> Rows(Invocation invocation, StateSession session, HistoryQuery query, CancellationToken ct)
    {
        var (history, documents) = (session.Store.History, new DocumentHistory(session.Store, session.Store.History));
        if (invocation.Get(_value) is { } value)
        {
            return invocation.Get(_what) is { } what
                ? throw RestoreOptions.Wrong("--value", value, $"not together with {what}; a release goes in front of the path, as release:path")
                : documents.Values(value, query, ct).Select(HistoryRow.Of);
        }

        var wanted = new HistoryPath(session.Store, session.ProjectLabel()).Find(query, invocation.Get(_what), ct);
        return wanted.Path is "" or [.., '/']
            ? history.Entries(wanted, ct).Select(HistoryRow.Of)
            : documents.Steps(wanted, ct).Select(HistoryRow.Of);
    }
}
