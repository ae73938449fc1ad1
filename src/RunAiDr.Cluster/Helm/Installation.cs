using System.Globalization;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;

namespace RunAiDr.Cluster.Helm;

/// <summary>One installation of one release: waits for other helms, runs helm, waits for the workloads.</summary>
internal sealed class Installation(
    HelmTools tools, ReleaseInstall wanted, ReleaseSurvey survey, IProgress<PartProgress> progress)
{
    private const int MostAttempts = 3;
    private const int KeptRevisions = 10;

    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly ReleaseWorkloads _workloads = tools.WorkloadsOf(wanted);

    public Task<PartOutcome> RunAsync(CancellationToken ct) => wanted.DryRun ? TryAsync(ct) : InstallAsync(ct);

    private async Task<PartOutcome> TryAsync(CancellationToken ct)
    {
        var found = await tools.NewestAsync(wanted, ct);
        var decision = ReleaseDecision.For(wanted, survey.Values, found);
        if (found is { IsPending: true } || decision.Action is PlannedAction.Conflict or PlannedAction.Unchanged)
        {
            return new PartOutcome(ActionOf(decision), decision.Reason);
        }

        var end = await HelmAsync(ct);
        return end.Succeeded ? new PartOutcome(ActionOf(decision), decision.Reason) : await FailedAsync(end, ct);
    }

    private async Task<PartOutcome> InstallAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await new PendingRelease(tools, wanted, survey.Values, progress).SettleAsync(ct) is not { } settled)
            {
                return new PartOutcome(
                    ApplyAction.Failed, $"another helm is at work on it for more than {Seconds(wanted.WaitLimit)}");
            }

            var decision = ReleaseDecision.For(
                wanted with { MayChange = wanted.MayChange || settled.MayChange }, survey.Values, settled.Record);
            if (decision.Action == PlannedAction.Conflict)
            {
                return new PartOutcome(ApplyAction.Conflict, decision.Reason);
            }

            if (decision.Action == PlannedAction.Unchanged && !settled.TookOver)
            {
                return await WaitedAsync(decision, ct);
            }

            var end = await HelmAsync(ct);
            if (end.Succeeded)
            {
                // What a killed helm has changed may be anything, whatever the revision before says.
                return await WaitedAsync(settled.TookOver ? Repaired(decision) : decision, ct);
            }

            if (attempt == MostAttempts || end.TimedOut || !await IsWorkOfAnotherAsync(settled.Record, ct))
            {
                return await FailedAsync(end, ct);
            }
        }
    }

    private static ReleaseDecision Repaired(ReleaseDecision decision) => decision with
    {
        Action = decision.Action == PlannedAction.Unchanged ? PlannedAction.Configure : decision.Action,
        Reason = "a helm had been stopped in the middle; " + (decision.Reason ?? "done again"),
    };

    /// <summary>Whether a second helm was quicker: then there is a revision that is not of a failure of ours.</summary>
    private async Task<bool> IsWorkOfAnotherAsync(ReleaseRecord? before, CancellationToken ct) =>
        await tools.NewestAsync(wanted, ct) is { } now
            && (now.IsPending || (now.Status == HelmRelease.Deployed && now.Revision > (before?.Revision ?? 0)));

    private async Task<HelmEnd> HelmAsync(CancellationToken ct)
    {
        progress.Report(new PartProgress($"helm installs {wanted.Chart} {wanted.ChartVersion}"));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = wanted.DryRun
            ? Task.CompletedTask
            : new RolloutWait(_workloads, progress, tools.Clock).WatchAsync(ended.Token);
        try
        {
            return await tools.Helm.RunAsync(Call(), ct);
        }
        finally
        {
            await ended.CancelAsync();
            await watch;
        }
    }

    private HelmCall Call() => new(
    [
        "upgrade", wanted.Name, .. survey.Source?.Arguments(wanted.ChartVersion) ?? [],
        "--install",
        $"--namespace={wanted.Namespace}",
        "--values=-",
        "--reset-values",
        $"--history-max={KeptRevisions}",
        string.Create(CultureInfo.InvariantCulture, $"--timeout={Math.Max(1, (long)wanted.WaitLimit.TotalSeconds)}s"),
        .. survey.HelmMajor >= 4 ? ["--server-side=false"] : (string[])[], // as the vendor says; helm 3 does not know it
        .. wanted.DryRun ? ["--dry-run=server"] : (string[])[],
        .. tools.Helm.Target,
    ])
    {
        Input = survey.Values.ToYaml(),
        Limit = wanted.WaitLimit + Margin,
    };

    // Helm's own --wait says nothing until its end, and leaves a release that was only slow as a failed one.
    private async Task<PartOutcome> WaitedAsync(ReleaseDecision decision, CancellationToken ct)
    {
        await _workloads.LearnNamespacesAsync(ct);
        var rollout = await new RolloutWait(_workloads, progress, tools.Clock).UntilReadyAsync(wanted.WaitLimit, ct);
        if (rollout.IsReady)
        {
            return new PartOutcome(ActionOf(decision), decision.Reason);
        }

        var why = rollout.Failed.Count > 0 ? "" : $"not ready within {Seconds(wanted.WaitLimit)}: ";
        return new PartOutcome(ApplyAction.Failed, $"{why}{rollout}") { Details = await DetailsAsync(ct) };
    }

    private async Task<PartOutcome> FailedAsync(HelmEnd end, CancellationToken ct) => new(
        ApplyAction.Failed,
        end.TimedOut
            ? $"helm had not ended after {Seconds(wanted.WaitLimit + Margin)}"
            : $"helm: {end.Reason(survey.Values.Hide)}")
    {
        Details = await DetailsAsync(ct),
    };

    private Task<IReadOnlyList<string>> DetailsAsync(CancellationToken ct) =>
        new FailureDetails(tools.Cluster, survey.Values.Hide).CollectAsync(_workloads.Namespaces, ct);

    private static ApplyAction ActionOf(ReleaseDecision decision) => decision.Action switch
    {
        PlannedAction.Create => ApplyAction.Created,
        PlannedAction.Configure => ApplyAction.Configured,
        PlannedAction.Unchanged => ApplyAction.Unchanged,
        _ => ApplyAction.Conflict,
    };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
