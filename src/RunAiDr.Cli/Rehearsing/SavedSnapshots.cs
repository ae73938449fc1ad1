using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>Whether the storage behind the saved cluster still has the volume snapshots of a restore point.</summary>
/// <param name="Lost">Those that it has no more, and why.</param>
/// <param name="Unknown">Why that could not be asked.</param>
internal sealed record SavedSnapshots(IReadOnlyList<string> Lost, IReadOnlyList<string> Unknown)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <param name="point">The restore point.</param>
    /// <param name="open">Reaches for the saved cluster.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<SavedSnapshots> AskAsync(RestorePoint point, Func<Session> open, CancellationToken ct)
    {
        var volumes = point.Snapshots.Where(reference => reference is { Failure: null, Csi: not null }).ToList();
        if (volumes.Count == 0)
        {
            return new([], []);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var session = open();
            return await AskAsync(volumes, session, limit.Token);
        }
        catch (RunAiDrException fault)
        {
            return new([], [Unasked(fault.Message)]);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new([], [Unasked($"no answer within {Patience.TotalSeconds:0} s")]);
        }
    }

    private static async Task<SavedSnapshots> AskAsync(List<SnapshotReference> volumes, Session session, CancellationToken ct)
    {
        var (lost, unknown) = (new List<string>(), new List<string>());
        await using var data = await session.OpenStorageAsync(ct);
        foreach (var reference in volumes)
        {
            var name = CheckpointSummary.NameOf(reference.Component);
            if (data.Sources.ProviderOf(reference) is not { } provider)
            {
                unknown.Add(Unasked($"provider {reference.Provider} of {name} is not configured"));
            }
            else if (await provider.CheckAsync(reference, ct) is { } defect)
            {
                lost.Add($"snapshot of {name}: {defect}");
            }
        }

        return new(lost, unknown);
    }

    private static string Unasked(string why) => $"whether the snapshots still exist is not known: {why}";
}
