using RunAiDr.Cli.Output;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Commands;

internal sealed class CheckpointsCommand : OperatorCommand
{
    public CheckpointsCommand()
        : base(
            "checkpoints",
            "List the checkpoints: how old they are and what they hold; prints csv and markdown too.",
            "runai-dr checkpoints",
            "runai-dr checkpoints --output markdown")
    {
    }

    public override IReadOnlyList<OutputFormat> Formats => Enum.GetValues<OutputFormat>();

    public override Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = StateSession.Open(invocation);
        var now = invocation.Process.Clock.GetUtcNow();
        var rows = Checkpoint.AllOf(session.Store, session.Name).Where(tag => tag.IsCheckpoint).Select(tag => Result(tag, now)).ToList();
        var table = new Table(["name", "commit", "time", "age", "holds"], rows.Select(Cells));
        invocation.Printer.Result(
            invocation.Format,
            rows.Count == 0 ? ["No checkpoint"] : table.Text(),
            () => table,
            () => Documents.Of(new { Cluster = session.Name, Checkpoints = rows }));
        return Task.FromResult(ExitCode.Success);
    }

    private static CheckpointRow Result(Checkpoint checkpoint, DateTimeOffset now) => new(
        checkpoint.Name,
        checkpoint.Tag.Commit,
        checkpoint.Tag.TaggedAt,
        now - checkpoint.Tag.TaggedAt,
        checkpoint.IsPartial,
        checkpoint.Defect,
        [.. checkpoint.References.Select(Result)]);

    private static ComponentResult Result(SnapshotReference reference) => new(
        CheckpointSummary.NameOf(reference.Component), reference.Provider, reference.TakenAt, reference.Bytes, reference.Failure);

    private static string[] Cells(CheckpointRow row) =>
        [row.Name, row.RestorePoint.Abbreviated, CheckpointSummary.Time(row.TaggedAt), StatusCommand.Duration(row.Age), Holds(row)];

    private static string Holds(CheckpointRow row)
    {
        var components = row.Components.Where(component => component.Failure is null)
            .Select(component => component.Component + (component.Bytes is { } bytes ? $" {CheckpointSummary.Size(bytes)}" : ""));
        var held = string.Join(", ", components.Prepend("resources"));
        var failed = row.Components.Where(component => component.Failure is not null).Select(component => component.Component);
        return row switch
        {
            { Defect: { } defect } => $"NOT READABLE: {defect}",
            { Partial: true } => $"PARTIAL, without {string.Join(" and ", failed)}: {held}",
            _ => held,
        };
    }

    private sealed record CheckpointRow(
        string Name,
        CommitId RestorePoint,
        DateTimeOffset TaggedAt,
        TimeSpan Age,
        bool Partial,
        string? Defect,
        IReadOnlyList<ComponentResult> Components);

    private sealed record ComponentResult(string Component, string Provider, DateTimeOffset TakenAt, long? Bytes, string? Failure);
}
