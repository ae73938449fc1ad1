using System.Globalization;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>What the target has of a release once no helm is at work on it.</summary>
/// <param name="Record">The newest revision.</param>
/// <param name="TookOver">Whether one that was left pending has been removed.</param>
internal sealed record SettledRelease(ReleaseRecord? Record, bool TookOver);

/// <summary>
/// Tells a helm at work from one that was killed: both leave a pending revision, but only the first goes on to change
/// something. A helm that waits for a hook changes nothing for long.
/// </summary>
internal sealed class PendingRelease(HelmTools tools, ReleaseInstall wanted, IProgress<PartProgress> progress)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ReleaseWorkloads _workloads = tools.WorkloadsOf(wanted);

    /// <summary>Null when another helm is at work for longer than the limit.</summary>
    public async Task<SettledRelease?> SettleAsync(CancellationToken ct)
    {
        var (clock, tookOver) = (tools.Clock, false);
        var began = clock.GetTimestamp();
        var (seen, since, first) = ("", began, (string?)null);
        while (true)
        {
            var record = await tools.NewestAsync(wanted, ct);
            if (record is not { IsPending: true })
            {
                return new(record, tookOver);
            }

            first ??= record.Mark;
            var now = $"{record.Mark} {await _workloads.LookAsync(ct)}";
            if (now != seen || (await _workloads.RunningHooksAsync(ct)).Count > 0)
            {
                (seen, since) = (now, clock.GetTimestamp());
            }

            var isOver = clock.GetElapsedTime(began) >= wanted.WaitLimit;
            if (clock.GetElapsedTime(since) >= tools.Options.Patience || (isOver && record.Mark == first))
            {
                // A release that is pending is one that helm refuses to touch.
                await record.RemoveAsync(tools.Cluster, ct);
                (tookOver, seen) = (true, "");
                continue;
            }

            if (isOver)
            {
                return null;
            }

            var waited = string.Create(CultureInfo.InvariantCulture, $"{clock.GetElapsedTime(began).TotalSeconds:0} s");
            progress.Report(new PartProgress($"{record.Status}: waiting for a helm that may be at work, {waited}"));
            await Task.Delay(Pause, clock, ct);
        }
    }
}
