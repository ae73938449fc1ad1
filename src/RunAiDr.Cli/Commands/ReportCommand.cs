using System.CommandLine;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Audit;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Commands;

internal sealed class ReportCommand : OperatorCommand
{
    private const string Html = ".html";
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    private readonly Option<string?> _from = new("--from")
    {
        Description = "Where the period begins: 2026-03-01 or 2026-03-01T12:00:00Z [default: 30 days before --to]",
        HelpName = "time",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Where it ends; a date counts to its end [default: now]",
        HelpName = "time",
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "Write a page to this file, .html or .md, instead of the report to the terminal",
        HelpName = "path",
    };

    public ReportCommand()
        : base(
            "report",
            "Report on a period for an audit: objectives, checkpoints, rehearsals, who changed what; prints markdown too.",
            "runai-dr report --from 2026-10-01 --to 2026-10-31 --file october.html",
            "runai-dr report --output json")
    {
        Options.Add(_from);
        Options.Add(_to);
        Options.Add(_file);
    }

    public override IReadOnlyList<OutputFormat> Formats => [.. base.Formats, OutputFormat.Markdown];

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var config = Session.ReadConfig(invocation);
        var chosen = Session.ChosenOf(invocation, config);
        var file = invocation.Get(_file) is { } path ? invocation.PathOf(path) : null;
        if (file is not null && Path.GetExtension(file) is not (Html or ".md"))
        {
            throw new RunAiDrException(Fault.Configuration, $"{file} is neither an .html nor an .md file.", "End the name of --file with .html or .md.");
        }

        var now = invocation.Process.Clock.GetUtcNow();
        using var store = GitStateStore.Open(Session.StoreOptions(config), invocation.Process.Clock);
        var report = new AuditReader(store, store.History, chosen.Name, Connections.ScopeOf(chosen).ProjectLabel).Read(PeriodOf(invocation, now), chosen.Snapshots.Objectives, now, ct);
        report = report with
        {
            Checkpoints = [.. report.Checkpoints.Select(checkpoint => checkpoint with { Signature = SignatureOf(store, config, chosen, checkpoint) })],
            MissedCheckpoints = config.Schedule is { } schedule ? [.. MissedBy(schedule, report)] : null,
            Rehearsals = [.. RehearsalRecord.ReadAll(config.Repository, chosen.Name).Where(record => report.Period.Holds(record.StartedAt)).Select(Audited)],
        };
        if (file is null)
        {
            invocation.Printer.Result(invocation.Format, AuditLines.Of(report), () => AuditMarkdown.Of(report), () => Documents.Of(report));
            return ExitCode.Success;
        }

        await ReportFile.WriteAsync(
            file, Path.GetExtension(file) == Html ? AuditPage.Of(report) : string.Join('\n', AuditMarkdown.Of(report)), _file.Name);
        invocation.Printer.Result(invocation.Format, [$"Report written to {file}"], () => Documents.Of(report));
        return ExitCode.Success;
    }

    private AuditPeriod PeriodOf(Invocation invocation, DateTimeOffset now)
    {
        var to = TimeOption.To(invocation, _to) is { } last && last < now ? last : now;
        var from = TimeOption.From(invocation, _from) ?? to - Usual;
        return from < to ? new AuditPeriod(from, to) : throw new RunAiDrException(
            Fault.Configuration, "The period is empty: --from is not before --to, or in the future.", "Give an earlier --from.");
    }

    private static string? SignatureOf(GitStateStore store, DrConfig config, ClusterConfig chosen, AuditedCheckpoint checkpoint)
    {
        var verdict = SignatureCheck.Of(store, config.Signatures, chosen.Name, checkpoint.Name, new(checkpoint.Commit)).Verdict;
        return verdict.State switch
        {
            SignatureState.NotChecked => null,
            SignatureState.Good => $"good, by {verdict.Signer}",
            _ => $"NOT GOOD: {verdict.Finding}",
        };
    }

    // A time counts as kept when something was taken before the next one. Retention may have taken the tag away since.
    private static IEnumerable<DateTimeOffset> MissedBy(CheckpointSchedule schedule, AuditReport report)
    {
        DateTimeOffset[] made = [.. report.Checkpoints.Select(one => one.MadeAt).Concat(report.RecoveryPoints.SelectMany(course => course.Taken)).Order()];
        var due = schedule.Next(report.Period.From);
        while (due is { } time && schedule.Next(time) is { } next && next <= report.Period.To)
        {
            var at = Array.BinarySearch(made, time);
            var first = at < 0 ? ~at : at;
            if (first == made.Length || made[first] >= next)
            {
                yield return time;
            }

            due = next;
        }
    }

    private static AuditedRehearsal Audited(RehearsalRecord record) => new(record.StartedAt, record.What, record.Passed, record.Verdict);
}
