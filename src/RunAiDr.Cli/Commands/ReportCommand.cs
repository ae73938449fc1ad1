using System.CommandLine;
using System.Globalization;
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
        Description = "First day or moment, such as 2026-10-01 or 2026-10-01T06:00Z [default: 30 days before --to]",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Last day or moment [default: now]",
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "Write a page to this file, .html or .md, instead of Markdown to the terminal",
    };

    public ReportCommand()
        : base(
            "report",
            "Report on a period for an audit: recovery point objectives, checkpoints, rehearsals, who changed what.",
            "runai-dr report --from 2026-10-01 --to 2026-10-31 --file october.html",
            "runai-dr report --output json")
    {
        Options.Add(_from);
        Options.Add(_to);
        Options.Add(_file);
    }

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
        var report = new AuditReader(store, store.History, chosen.Name).Read(PeriodOf(invocation, now), chosen.Snapshots.Objectives, now, ct);
        report = report with
        {
            Checkpoints = [.. report.Checkpoints.Select(checkpoint => checkpoint with { Signature = SignatureOf(store, config, chosen, checkpoint) })],
            MissedCheckpoints = config.Schedule is { } schedule ? [.. MissedBy(schedule, report)] : null,
            Rehearsals = [.. RehearsalRecord.ReadAll(config.Repository, chosen.Name).Where(record => report.Period.Holds(record.StartedAt)).Select(Audited)],
        };
        if (file is null)
        {
            invocation.Printer.Result(invocation.Format, AuditMarkdown.Of(report).Split('\n'), () => Documents.Of(report));
            return ExitCode.Success;
        }

        await ReportFile.WriteAsync(file, Path.GetExtension(file) == Html ? AuditPage.Of(report) : AuditMarkdown.Of(report), _file.Name);
        invocation.Printer.Result(invocation.Format, [$"Report written to {file}"], () => Documents.Of(report));
        return ExitCode.Success;
    }

    private AuditPeriod PeriodOf(Invocation invocation, DateTimeOffset now)
    {
        var to = Moment(invocation, _to, endOfDay: true) is { } last && last < now ? last : now;
        var from = Moment(invocation, _from, endOfDay: false) ?? to - Usual;
        return from < to ? new AuditPeriod(from, to) : throw new RunAiDrException(
            Fault.Configuration, "The period is empty: --from is not before --to, or in the future.", "Give an earlier --from.");
    }

    private static DateTimeOffset? Moment(Invocation invocation, Option<string?> option, bool endOfDay)
    {
        if (invocation.Get(option) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return new DateTimeOffset(day, endOfDay ? TimeOnly.MaxValue : TimeOnly.MinValue, TimeSpan.Zero);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : throw new RunAiDrException(
            Fault.Configuration, $"{option.Name} {text} is neither a day nor a moment.", "Write it as 2026-10-01 or 2026-10-01T06:00Z.");
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
