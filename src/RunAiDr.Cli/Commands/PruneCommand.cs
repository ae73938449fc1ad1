using System.CommandLine;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Service;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Resources;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

internal sealed class PruneCommand : OperatorCommand
{
    private readonly Argument<string[]> _names = new("name")
    {
        Description = "Checkpoints to delete, whatever the retention says; with --orphans, whose orphans go [default: what the retention does not keep]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Show what would be deleted, and why the rest stays; delete nothing",
    };

    private readonly Option<bool> _orphans = new("--orphans")
    {
        Description = "Delete the snapshots that no tag names too, when they are older than a day or their checkpoint is named",
    };

    public PruneCommand()
        : base(
            "prune",
            "Delete checkpoints that the retention no longer keeps, with the snapshots that only they name.",
            "runai-dr prune --dry-run",
            "runai-dr prune",
            "runai-dr prune before-upgrade --orphans")
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
            session.Config.Repository, RepositoryLock.Checkpoints, process.Host, process.Id, process.Clock);
        using var remote = Repositories.RemoteOf(session.Config, process.Clock);
        if (remote is not null)
        {
            // A checkpoint of another host is an orphan here until its tag has come.
            await remote.SynchronizeAsync(() => true, ct);
        }

        await using var data = await session.OpenDataAsync(ct);
        var pruning = new Pruning(session.Name, session.Store, data.Sources);
        var names = invocation.Get(_names) ?? [];
        var plan = names.Length > 0
            ? await pruning.PlanAsync(names, ct)
            : await pruning.PlanAsync(session.Config.Retention, ct);
        var orphans = Chosen(plan, names, invocation);
        var dryRun = invocation.Get(_dryRun);
        var isText = invocation.Format == OutputFormat.Text;
        var deletions = dryRun ? [] : await pruning.RunAsync(
            plan, orphans, deletion => Audit(isText ? process.Output : process.Error, deletion), ct);
        invocation.Printer.Result(
            invocation.Format, dryRun ? Lines(plan, orphans) : Ended(plan, orphans, deletions), () => Documents.Of(Document(plan, orphans, deletions)));
        if (!dryRun && remote is not null)
        {
            await remote.SynchronizeAsync(() => true, ct);
        }

        return deletions.Any(deletion => deletion.Failure is not null) ? ExitCode.Snapshot : ExitCode.Success;
    }

    private List<PrunableSnapshot> Chosen(PrunePlan plan, string[] names, Invocation invocation) => !invocation.Get(_orphans)
        ? []
        : names.Length > 0
            ? [.. plan.Orphans.Where(orphan => names.Contains(orphan.Owned.Checkpoint, StringComparer.Ordinal))]
            : [.. plan.OldOrphans(invocation.Process.Clock.GetUtcNow())];

    private static void Audit(TextWriter writer, Deletion deletion) => writer.WriteLine(Visible.Text(deletion.Failure is { } failure
        ? $"Not deleted: {deletion.Kind} {deletion.What} of checkpoint {deletion.Checkpoint}: {failure}"
        : $"Deleted {deletion.Kind} {deletion.What} of checkpoint {deletion.Checkpoint}"));

    private static IEnumerable<string> Lines(PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans)
    {
        foreach (var verdict in plan.Verdicts)
        {
            yield return verdict.KeptBecause is { } reason
                ? $"keep    {verdict.Checkpoint.Name}: {reason}"
                : $"delete  {verdict.Checkpoint.Name}";
        }

        foreach (var snapshot in plan.Snapshots)
        {
            yield return Visible.Text($"delete  {snapshot.Provider.Name} {snapshot.Owned.Location}");
        }

        foreach (var line in OrphanLines(plan, orphans))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Ended(
        PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans, IReadOnlyList<Deletion> deletions) =>
        [.. deletions.Count == 0 ? (string[])["Nothing to delete"] : [], .. OrphanLines(plan, orphans).Where(line => line.StartsWith("orphan", StringComparison.Ordinal))];

    private static IEnumerable<string> OrphanLines(PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans) => plan.Orphans.Select(orphan => Visible.Text(
        $"{(orphans.Contains(orphan) ? "delete" : "orphan")}  {orphan.Provider.Name} {orphan.Owned.Location} of checkpoint {orphan.Owned.Checkpoint}, which no tag names"));

    private static PruneResult Document(PrunePlan plan, IReadOnlyList<PrunableSnapshot> orphans, IReadOnlyList<Deletion> deletions) => new(
        [.. plan.Verdicts.Select(verdict => new TagResult(verdict.Checkpoint.Name, verdict.KeptBecause))],
        [.. plan.Snapshots.Concat(orphans).Select(snapshot => snapshot.Owned.Location)],
        [.. plan.Orphans.Select(orphan => orphan.Owned.Location)],
        deletions);

    private sealed record PruneResult(
        IReadOnlyList<TagResult> Tags, IReadOnlyList<string> Snapshots, IReadOnlyList<string> Orphans, IReadOnlyList<Deletion> Deletions);

    private sealed record TagResult(string Name, string? KeptBecause);
}
