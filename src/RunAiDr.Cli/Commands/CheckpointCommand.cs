using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Service;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Resources;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class CheckpointCommand : OperatorCommand
{
    private readonly Option<string?> _name = new("--name")
    {
        Description = "Name of the checkpoint; retention never deletes one that has a name [default: the time, as 20261127-010003]",
        HelpName = "name",
    };

    private readonly Option<bool> _allowPartial = new("--allow-partial")
    {
        Description = "Make the checkpoint even when a snapshot fails; the tag says so",
    };

    private readonly Option<bool> _allowDeletions = new("--allow-deletions")
    {
        Description = "Commit even when many files vanish, or a custom resource definition with its resources",
    };

    public CheckpointCommand()
        : base(
            "checkpoint",
            "Take snapshots of database and metrics, export the cluster, and tag the commit that names all of it.",
            "runai-dr checkpoint",
            "runai-dr checkpoint --name before-upgrade",
            "runai-dr checkpoint --allow-partial --output json")
    {
        Options.Add(_name);
        Options.Add(_allowPartial);
        Options.Add(_allowDeletions);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (invocation.Get(_name) is { } given && CheckpointName.IsAutomatic(given))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{given} is a name that runai-dr gives itself, and retention deletes.", "Choose another name, or leave out --name.");
        }

        using var session = await Session.OpenToWriteAsync(invocation, ct);
        var process = invocation.Process;
        using var own = RepositoryLock.Take(
            session.Config.Repository, RepositoryLock.CheckpointsOf(session.Name), process.Host, process.Id, process.Clock);
        var request = new CheckpointRequest(session.Name, invocation.Get(_name) ?? CheckpointName.At(process.Clock.GetUtcNow()))
        {
            AllowPartial = invocation.Get(_allowPartial),
            AllowDeletions = invocation.Get(_allowDeletions),
        };
        using var remote = Repositories.RemoteOf(session.Config, process.Clock);

        // What others pushed comes first, so that the tag is on the branch that is pushed. If it fails, the end tells.
        _ = await PushAsync(remote, ct);
        await using var data = await session.OpenDataAsync(ct);
        var taker = new CheckpointTaker(session.Exporter, session.Store, data.Sources, session.Config.DeletionGuard, process.Clock);
        var report = await taker.TakeAsync(request, new SnapshotProgressLine(process.Error, process.Clock), ct);
        var failure = await PushAsync(remote, ct);
        var pushed = remote is not null && failure is null;
        invocation.Printer.Result(
            invocation.Format, Lines(report, remote is not null, failure), () => Documents.Of(Document(report, pushed)));
        if (failure is not null)
        {
            invocation.Printer.Failure(failure);
        }

        return failure is null ? ExitCode.Success : ExitCode.For(failure);
    }

    private static async Task<RunAiDrException?> PushAsync(GitRemote? remote, CancellationToken ct)
    {
        try
        {
            _ = remote is null ? null : await remote.SynchronizeAsync(() => true, ct);
            return null;
        }
        catch (RunAiDrException failure)
        {
            return failure;
        }
    }

    private static IEnumerable<string> Lines(CheckpointReport report, bool hasRemote, RunAiDrException? failure)
    {
        yield return $"Checkpoint {report.Request.Name}: tag {report.Tag} on commit {report.Commit.Abbreviated}";
        foreach (var line in CheckpointSummary.Lines(report))
        {
            yield return Visible.Text($"  {line}");
        }

        if (hasRemote)
        {
            yield return failure is null ? "Pushed to the remote" : "Not pushed: the checkpoint is in the local repository only";
        }
    }

    private static CheckpointResult Document(CheckpointReport report, bool pushed) => new(
        report.Request.Cluster,
        report.Request.Name,
        report.Tag,
        report.Commit,
        report.IsPartial,
        pushed,
        report.Export.Revision,
        report.Export.Resources,
        report.Skew,
        [.. report.Outcomes.Select(outcome => new ComponentResult(
            CheckpointSummary.NameOf(outcome.Component),
            outcome.Reference?.Provider,
            outcome.Reference?.TakenAt,
            outcome.Reference?.Bytes,
            outcome.Reference?.Location,
            outcome.Reference?.Warnings ?? [],
            outcome.Failure,
            outcome.Absence))],
        report.Export.Warnings);

    private sealed record CheckpointResult(
        string Cluster,
        string Name,
        string Tag,
        Core.State.CommitId RestorePoint,
        bool Partial,
        bool Pushed,
        string Revision,
        int Resources,
        TimeSpan Skew,
        IReadOnlyList<ComponentResult> Components,
        IReadOnlyList<string> Warnings);

    private sealed record ComponentResult(
        string Component,
        string? Provider,
        DateTimeOffset? TakenAt,
        long? Bytes,
        string? Location,
        IReadOnlyList<string> Warnings,
        string? Failure,
        string? Absent);
}
