using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Reads many resources of the target, a bounded number at the same time, each once.</summary>
internal sealed class TargetReads(IClusterWriter target, int parallelism)
{
    private readonly ConcurrentDictionary<ResourceKey, Reading> _readings = new();

    public async Task<IReadOnlyDictionary<ResourceKey, Reading>> GetAsync(
        IEnumerable<(ResourceKind Kind, ResourceKey Key)> wanted, CancellationToken ct)
    {
        var distinct = wanted.DistinctBy(item => item.Key).ToArray();
        await Parallel.ForEachAsync(
            distinct.Where(item => !_readings.ContainsKey(item.Key)),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = ct },
            async (item, token) => _readings[item.Key] = await ReadAsync(item.Kind, item.Key, token));
        return distinct.ToDictionary(item => item.Key, item => _readings[item.Key]);
    }

    /// <summary>Whether a resource that was read before is on the target.</summary>
    public bool IsThere(ResourceKey key) => _readings.GetValueOrDefault(key).Live is not null;

    private async Task<Reading> ReadAsync(ResourceKind kind, ResourceKey key, CancellationToken ct)
    {
        try
        {
            return new Reading(await target.GetAsync(kind, key.Namespace, key.Name, ct), Refused: false);
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            return new Reading(null, Refused: true);
        }
    }
}

/// <summary>What a read gave: the resource, nothing, or a refusal.</summary>
internal readonly record struct Reading(JsonObject? Live, bool Refused)
{
    public bool IsMissing => Live is null && !Refused;

    public bool IsBeingDeleted => Live?.Map("metadata")?.Text("deletionTimestamp") is not null;
}
