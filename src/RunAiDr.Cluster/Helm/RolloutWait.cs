using RunAiDr.Core;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>Looks at the workloads of a release again and again, and tells each time something has changed.</summary>
internal sealed class RolloutWait(ReleaseWorkloads workloads, IProgress<PartProgress> progress, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private string _told = "";

    /// <summary>
    /// Returns when all are ready, when one has failed for good, or when the time is over. A server that cannot be reached
    /// is asked again until then.
    /// </summary>
    /// <exception cref="RunAiDrException">It could not be reached at the end.</exception>
    public async Task<Rollout> UntilReadyAsync(TimeSpan limit, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var isLast = clock.GetElapsedTime(began) >= limit;
            try
            {
                var seen = await workloads.LookAsync(ct);
                Tell(TextOf(seen));
                if (seen.IsReady || seen.Failed.Count > 0 || isLast)
                {
                    return seen;
                }
            }
            catch (RunAiDrException failure) when (failure.Fault == Fault.ClusterUnreachable && !isLast)
            {
                progress.Report(new PartProgress("waiting for the API server"));
            }

            await Task.Delay(Pause, clock, ct);
        }
    }

    /// <summary>Only tells, until it is cancelled: helm is at work.</summary>
    public async Task WatchAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pause, clock, ct);
                var hooks = await workloads.RunningHooksAsync(ct);
                Tell(hooks.Count > 0
                    ? $"helm waits for hook {string.Join(", ", hooks)}"
                    : TextOf(await workloads.LookAsync(ct)));
            }
        }
        catch (OperationCanceledException)
        {
            // Helm has ended.
        }
        catch (RunAiDrException)
        {
            // Helm finds out as well, and what it says counts.
        }
    }

    private static string TextOf(Rollout rollout) => rollout.Total == 0 ? "" : rollout.ToString();

    private void Tell(string text)
    {
        if (text.Length > 0 && text != _told)
        {
            progress.Report(new PartProgress(_told = text));
        }
    }
}
