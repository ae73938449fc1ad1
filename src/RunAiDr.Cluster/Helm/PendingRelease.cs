using System.Globalization;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>What the target has of a release once no helm is at work on it.</summary>
/// <param name="Record">The newest revision; a pending one where a helm was stopped and must not be followed.</param>
/// <param name="TookOver">Whether one that was left pending has been removed.</param>
internal sealed record SettledRelease(ReleaseRecord? Record, bool TookOver)
{
    /// <summary>What was taken over was the wanted release, or might be changed: so may what it was to replace.</summary>
    public bool MayChange => TookOver && Record is not { IsPending: true };
}

/// <summary>
/// Tells a helm at work from one that was killed: both leave a pending revision, but only the first goes on to change
/// something. A helm that waits for a hook changes nothing for long, nor does one that waits for pods, but they do.
/// </summary>
internal sealed class PendingRelease(
    HelmTools tools, ReleaseInstall wanted, ReleaseValues values, IProgress<PartProgress> progress)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ReleaseWorkloads _workloads = tools.WorkloadsOf(wanted);
    private string? _learnt;

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
            var now = await SignsAsync(record, ct);
            if (now is null || now != seen)
            {
                (seen, since) = (now ?? "", clock.GetTimestamp());
            }

            var isOver = clock.GetElapsedTime(began) >= wanted.WaitLimit;
            if (clock.GetElapsedTime(since) >= tools.Options.Patience || (isOver && record.Mark == first))
            {
                if (!await TakeOverAsync(record, ct))
                {
                    return new(record, tookOver);
                }

                (tookOver, seen) = (true, "");
                continue;
            }

            if (isOver)
            {
                return null;
            }

            Tell(record, clock.GetElapsedTime(began));
            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <summary>Removes the revision, for helm refuses to touch a release that is pending; false when it must stay.</summary>
    private async Task<bool> TakeOverAsync(ReleaseRecord record, CancellationToken ct)
    {
        if (ReleaseDecision.For(wanted, values, record).Action == PlannedAction.Conflict)
        {
            return false;
        }

        await record.RemoveAsync(tools.Cluster, ct);
        return true;
    }

    private void Tell(ReleaseRecord record, TimeSpan time)
    {
        var waited = string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
        progress.Report(new PartProgress($"{record.Status}: waiting for a helm that may be at work, {waited}"));
    }

    /// <summary>What differs while a helm or what it waits for is alive; null when a hook runs.</summary>
    private async Task<string?> SignsAsync(ReleaseRecord record, CancellationToken ct)
    {
        if (_learnt != record.Mark)
        {
            _workloads.Learn(record);
            _learnt = record.Mark;
        }

        var pods = await new StartingPods(tools.Cluster, _workloads).LookAsync(ct);
        return pods.OfHook || (await _workloads.RunningHooksAsync(ct)).Count > 0
            ? null
            : $"{record.Mark} {await _workloads.LookAsync(ct)} {pods.State}";
    }
}
