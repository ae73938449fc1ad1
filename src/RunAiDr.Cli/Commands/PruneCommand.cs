using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Service;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Resources;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class PruneCommand : OperatorCommand
{
    private readonly Argument<string[]> _names = new("name")
    {
        Description = "Checkpoints to delete, whatever the retention says; with --orphans, only their orphans [default: what the retention does not keep]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show what would be deleted, and why the rest stays; delete nothing",
    };

    private readonly Option<bool> _orphans = new("--orphans")
    {
        Description = "Delete the snapshots that no tag names too, when they are older than a day; with names, only those of these checkpoints",
    };

    public PruneCommand()
        : base(
            "prune",
            "Delete checkpoints that the retention no longer keeps, with the snapshots that only they name.",
            "runai-dr prune --dry-run",
            "runai-dr prune",
            "runai-dr prune before-upgrade",
            "runai-dr prune 20261127-010003 --orphans")
    {
        Arguments.Add(_names);
        Options.Add(_dryRun);
        Options.Add(_orphans);
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var process = invocation.Process;
        using var own = RepositoryLock.Take(
            session.Config.Repository, RepositoryLock.CheckpointsOf(session.Name), process.Host, process.Id, process.Clock);
        using var remote = Repositories.RemoteOf(session.Config, process.Clock);
        var dryRun = invocation.Get(_dryRun);
        if (remote is not null)
        {
            // A checkpoint of another host is an orphan here until its tag has come.
            await remote.SynchronizeAsync(() => !dryRun, ct);
        }

        await using var data = await session.OpenStorageAsync(ct);
        var pruning = new Pruning(session.Name, session.Store, data.Sources);
        var (plan, orphans) = await PlanAsync(invocation, session, pruning, ct);
        var isText = invocation.Format == OutputFormat.Text;
        var deletions = dryRun ? [] : await pruning.RunAsync(
            plan, orphans, PublishAsync, deletion => Audit(isText ? process.Output : process.Error, deletion), ct);
        invocation.Printer.Result(
            invocation.Format, Lines(plan, orphans, dryRun, deletions.Count > 0), () => Documents.Of(Document(plan, orphans, deletions)));
        var refused = invocation.Get(_names) is { Length: > 0 } names && !invocation.Get(_orphans)
            && plan.Verdicts.Any(verdict => verdict.KeptBecause is not null && names.Contains(verdict.Checkpoint.Name, StringComparer.Ordinal));
        return deletions.Any(deletion => deletion.Failure is not null) ? ExitCode.Snapshot : refused ? ExitCode.NeedsOperator : ExitCode.Success;

        async Task PublishAsync(CancellationToken stop)
        {
            if (remote is not null)
            {
                await remote.SynchronizeAsync(() => true, stop);
            }
        }
    }

    /// <summary>What goes by the retention, or by the names; with --orphans, names are those of orphans.</summary>
    private async Task<(PrunePlan Plan, IReadOnlyList<PrunableSnapshot> Orphans)> PlanAsync(
        Invocation invocation, Session session, Pruning pruning, CancellationToken ct)
    {
        var names = invocation.Get(_names) ?? [];
        if (!invocation.Get(_orphans))
        {
            return (names.Length > 0 ? await pruning.PlanAsync(names, ct) : await pruning.PlanAsync(session.Config.Retention, ct), []);
        }

        var plan = await pruning.PlanAsync(names.Length > 0 ? new RetentionPolicy() : session.Config.Retention, ct);
        if (names.Length == 0)
        {
            return (plan, [.. plan.OldOrphans(invocation.Process.Clock.GetUtcNow())]);
        }

        return names.FirstOrDefault(name => plan.Orphans.All(orphan => orphan.Owned.Checkpoint != name)) is not { } unknown
            ? (plan, [.. plan.Orphans.Where(orphan => names.Contains(orphan.Owned.Checkpoint, StringComparer.Ordinal))])
            : throw new RunAiDrException(
                Fault.Configuration,
                $"There is no orphan of a checkpoint {Visible.Text(unknown)}.",
                "`runai-dr status` lists them; a checkpoint with a tag is deleted without --orphans.");
    }

    private static void Audit(TextWriter writer, Deletion deletion) => writer.WriteLine(Visible.Text(deletion.Failure is { } failure
        ? $"Not deleted: {deletion.Kind} {deletion.What} of checkpoint {deletion.Checkpoint}: {failure}"
        : $"Deleted {deletion.Kind} {deletion.What} of checkpoint {deletion.Checkpoint}"));

    private static IEnumerable<string> Lines(PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans, bool dryRun, bool deleted)
    {
        if (!dryRun && !deleted)
        {
            yield return "Nothing to delete";
        }

        // What was deleted has been told by the audit already.
        foreach (var verdict in plan.Verdicts.Where(verdict => dryRun || verdict.KeptBecause is not null))
        {
            yield return verdict.KeptBecause is { } reason
                ? $"keep    {verdict.Checkpoint.Name}: {reason}"
                : $"delete  {verdict.Checkpoint.Name}";
        }

        foreach (var snapshot in plan.Snapshots.Concat(orphans).Where(_ => dryRun))
        {
            yield return Visible.Text($"delete  {snapshot.Provider.Name} {snapshot.Owned.Location}");
        }

        foreach (var orphan in plan.Orphans.Except(orphans))
        {
            yield return Visible.Text($"orphan  {orphan.Provider.Name} {orphan.Owned.Location} of checkpoint {orphan.Owned.Checkpoint}, which no tag names");
        }
    }

    private static PruneResult Document(PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans, IReadOnlyList<Deletion> deletions) => new(
        [.. plan.Verdicts.Select(verdict => new TagResult(verdict.Checkpoint.Name, verdict.KeptBecause))],
        [.. plan.Snapshots.Concat(orphans).Select(snapshot => snapshot.Owned.Location)],
        [.. plan.Orphans.Select(orphan => orphan.Owned.Location)],
        deletions);

    private sealed record PruneResult(
        IReadOnlyList<TagResult> Tags, IReadOnlyList<string> Snapshots, IReadOnlyList<string> Orphans, IReadOnlyList<Deletion> Deletions);

    private sealed record TagResult(string Name, string? KeptBecause);
}
