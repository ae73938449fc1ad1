using Microsoft.Extensions.Logging;
using RunAiDr.Core;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Surveys now and then what of one cluster is protected, from the first full export on. Of what it lists, names are kept only
/// where nothing protects them.
/// </summary>
internal sealed class CoverageLoop(Session session, TimeProvider clock, ILogger log) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);

    // It lists every kind that the cluster serves.
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly Attempts _attempts = new("surveyed");
    private volatile CoverageFigures? _newest;
    private DateTimeOffset _surveyAt = DateTimeOffset.MinValue;
    private bool _looksAgain;

    /// <summary>Whether the cluster has been read whole: before that, the restore point may be of long ago.</summary>
    public Func<bool> HasExported { get; init; } = () => false;

    /// <summary>How much of the cluster is protected.</summary>
    public CoverageStatus Status()
    {
        var newest = _newest;
        return new CoverageStatus(session.Name, newest, clock.GetUtcNow() - newest?.SurveyedAt, _attempts.Failure);
    }

    public void Dispose() => session.Dispose();

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await LookAsync(ct);
                await Task.Delay(LookInterval, clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops. The next one surveys anew.
        }
    }

    /// <summary>Surveys when it is due, unless that has just failed; a failure is told, and tried again less and less often.</summary>
    private async Task LookAsync(CancellationToken ct)
    {
        try
        {
            var now = clock.GetUtcNow();
            if (now >= _attempts.NextAt && now >= _surveyAt && HasExported())
            {
                await SurveyAsync(ct);
                _attempts.Succeeded();
            }
        }
        catch (RunAiDrException fault)
        {
            _attempts.Failed($"{fault.Message} {fault.Remedy}", clock.GetUtcNow());
            log.SurveyFailed(session.Name, fault.Message, fault.Remedy);
        }
    }

    private async Task SurveyAsync(CancellationToken ct)
    {
        if (session.Store.Tip(session.Name) is not { } restorePoint)
        {
            return;
        }

        var (before, found) = (_newest, await FiguresAsync(restorePoint, ct));

        // What was made during the survey is saved a moment later: it is looked for once more.
        var mayBeSaved = found.Gaps.Except(before?.Gaps ?? []).Any(gap => gap.Reason == CoverageReason.NotSaved);
        _looksAgain = mayBeSaved && !_looksAgain;
        _surveyAt = found.SurveyedAt + (_looksAgain ? LookInterval : Interval);
        _newest = found;
        if (found.Standing != before?.Standing)
        {
            log.Surveyed(session.Name, found.Standing);
        }
    }

    private async Task<CoverageFigures> FiguresAsync(IStateTree restorePoint, CancellationToken ct)
    {
        try
        {
            var survey = new CoverageSurvey(session.Exporter, session.Cluster);
            var report = await survey.ReadAsync(session.Name, restorePoint, CoverageFilter.Everything, ct);
            return CoverageFigures.Of(report, clock.GetUtcNow());
        }
        finally
        {
            // The names of a whole cluster were in memory, and are not for an hour.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
