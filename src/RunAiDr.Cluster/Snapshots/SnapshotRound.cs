using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>Takes the snapshots of one request: at one moment where the storage can, else one beside the other.</summary>
internal sealed class SnapshotRound(SnapshotTools tools, SnapshotRequest request, IProgress<SnapshotProgress> progress)
{
    private readonly TargetSearch _search = new(tools.Client, tools.Options);

    public async Task<IReadOnlyList<SnapshotOutcome>> RunAsync(CancellationToken ct)
    {
        var (targets, settled) = (new List<SnapshotTarget>(), new List<SnapshotOutcome>());
        foreach (var component in request.Components.Distinct())
        {
            progress.Report(new SnapshotProgress(component, "looking for the volume"));
            try
            {
                if (await _search.FindAsync(component, ct) is { } target)
                {
                    targets.Add(target);
                    continue;
                }

                settled.Add(SnapshotOutcome.Absent(component, await _search.AbsenceAsync(ct)));
            }
            catch (RunAiDrException failure)
            {
                settled.Add(Failed(component, failure, ""));
            }
        }

        var taken = await TakeAsync(targets, ct);
        return [.. request.Components.Distinct().Select(component => taken.Concat(settled).First(o => o.Component == component))];
    }

    private static SnapshotOutcome Failed(SnapshotComponent component, RunAiDrException failure, string left) =>
        SnapshotOutcome.Failed(component, $"{failure.Message.TrimEnd('.')}. {failure.Remedy}{left}");

    private async Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(List<SnapshotTarget> targets, CancellationToken ct)
    {
        var (together, warning) = targets.Count > 1 && targets.TrueForAll(target => target.Driver == targets[0].Driver)
            ? await TryTogetherAsync(targets, ct)
            : (null, null);
        return together ?? await BesideAsync(targets, warning is null ? [] : [warning], ct);
    }

    /// <summary>Outcomes when a group snapshot decided, else why there was none; neither when the cluster knows no groups.</summary>
    private async Task<(IReadOnlyList<SnapshotOutcome>? Outcomes, string? Warning)> TryTogetherAsync(
        List<SnapshotTarget> targets, CancellationToken ct)
    {
        try
        {
            if (await tools.Client.PreferredVersionAsync(SnapshotKinds.GroupOfGroups, ct) is not { } version)
            {
                return (null, null);
            }

            var kinds = GroupSnapshotKinds.At(version);
            return await _search.GroupClassAsync(kinds, targets[0].Driver, ct) is { } name
                ? await TogetherAsync(new GroupCut(tools, request, targets, kinds, name), targets, ct)
                : (null, NotTogether($"driver {targets[0].Driver} has no VolumeGroupSnapshotClass that is its default or its only one"));
        }
        catch (RunAiDrException failure) when (failure.Fault == Fault.Snapshot)
        {
            return ([.. targets.Select(target => Failed(target.Component, failure, ""))], null);
        }
        catch (RunAiDrException failure)
        {
            return (null, NotTogether(failure.Message.TrimEnd('.')));
        }
    }

    private static string NotTogether(string reason) =>
        $"the volumes were not snapshotted at one moment but one beside the other: {reason}";

    private async Task<(IReadOnlyList<SnapshotOutcome>? Outcomes, string? Warning)> TogetherAsync(
        GroupCut group, List<SnapshotTarget> targets, CancellationToken ct)
    {
        var whole = false;
        try
        {
            if (!await group.TryCreateAsync(ct))
            {
                var exists = SnapshotCut.Exists($"VolumeGroupSnapshot {targets[0].Namespace}/{SnapshotLabels.GroupName(request)}");
                var left = await group.UndoAsync();
                whole = true;
                return ([.. targets.Select(target => Failed(target.Component, exists, left))], null);
            }

            var references = await group.FinishAsync(progress, ct);
            whole = true;
            return ([.. references.Select(SnapshotOutcome.Taken)], null);
        }
        catch (RunAiDrException failure)
        {
            whole = true;
            var left = (await group.UndoAsync()).TrimEnd('.');
            return (null, NotTogether(failure.Message.TrimEnd('.') + (left.Length > 0 ? "." + left : "")));
        }
        finally
        {
            if (!whole)
            {
                ReportLeft(targets[0].Component, await group.UndoAsync());
            }
        }
    }

    /// <summary>A cancelled round has no outcome that could tell what stays.</summary>
    private void ReportLeft(SnapshotComponent component, string left)
    {
        if (left.Length > 0)
        {
            progress.Report(new SnapshotProgress(component, left.Trim()));
        }
    }

    private async Task<IReadOnlyList<SnapshotOutcome>> BesideAsync(
        List<SnapshotTarget> targets, IReadOnlyList<string> warnings, CancellationToken ct)
    {
        var cuts = targets.ConvertAll(target => new SnapshotCut(tools, request, target));
        var whole = false;
        try
        {
            var outcomes = await Task.WhenAll(cuts.Select(cut => OneAsync(cut, warnings, ct)));
            whole = true;
            return outcomes;
        }
        finally
        {
            if (!whole)
            {
                // Nobody will know of those that are finished either.
                await Task.WhenAll(cuts.Select(async cut => ReportLeft(cut.Target.Component, await cut.UndoAsync())));
            }
        }
    }

    private async Task<SnapshotOutcome> OneAsync(SnapshotCut cut, IReadOnlyList<string> warnings, CancellationToken ct)
    {
        try
        {
            await cut.CreateAsync(ct);
            var reference = await cut.FinishAsync(progress, ct);
            return SnapshotOutcome.Taken(reference with { Warnings = [.. reference.Warnings, .. warnings] });
        }
        catch (RunAiDrException failure)
        {
            return Failed(cut.Target.Component, failure, await cut.UndoAsync());
        }
    }
}
