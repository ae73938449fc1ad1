using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

internal sealed class BlameCommand : OperatorCommand
{
    private readonly Argument<string> _path = new("path")
    {
        Description = "File of the restore points, such as values/runai-backend.yaml",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "As of this tag, commit or branch [default: the last restore point]",
        HelpName = "ref",
    };

    public BlameCommand()
        : base(
            "blame",
            "Show who last set each field of a file, and when; prints csv and markdown too.",
            "runai-dr blame values/runai-backend.yaml",
            "runai-dr blame namespaces/team-a/rolebindings/runai-researcher.yaml --from before-upgrade")
    {
        Arguments.Add(_path);
        Options.Add(_from);
    }

    public override IReadOnlyList<OutputFormat> Formats => Enum.GetValues<OutputFormat>();

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = StateSession.Open(invocation);
        var history = session.Store.History;
        var query = new HistoryQuery(session.Name) { From = invocation.Get(_from) };
        query = new HistoryPath(session.Store, session.ProjectLabel()).Find(query, invocation.Get(_path), ct);
        var fields = Blame.Of(new DocumentHistory(session.Store, history).Steps(query, ct));
        if (fields.Count == 0)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                $"{Visible.Text(query.Path)} has no fields: it is a folder, no YAML, or gone by now.",
                $"`runai-dr history {Visible.Text(query.Path)}` tells what became of it.");
        }

        var table = new Table(
            ["field", "value", "commit", "time", "who"],
            fields.Select(field => (string[])
            [
                field.Field, field.Value, field.Entry.Commit.Abbreviated, CheckpointSummary.Time(field.Entry.At), string.Join(", ", field.Entry.Actors),
            ]));
        invocation.Printer.Result(
            invocation.Format, table.Text(), () => table, () => Documents.Of(new { query.Cluster, query.Path, Fields = fields.Select(Result) }));
        return Task.FromResult(ExitCode.Success);
    }

    private static object Result(BlamedField field) =>
        new { field.Field, field.Value, field.Entry.Commit, field.Entry.At, field.Entry.Actors, field.Entry.Subject };
}
