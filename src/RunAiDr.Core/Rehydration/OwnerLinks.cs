using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Points owner references at the owners that live on the target now.</summary>
internal sealed class OwnerLinks(IClusterWriter target, TargetKinds kinds)
{
    private readonly ConcurrentDictionary<ResourceKey, string?> _uids = new();

    /// <summary>
    /// A copy whose owner references carry the UIDs of the live owners. References to owners that are not there are
    /// left out and named: the garbage collector removes what a stale reference points nowhere from.
    /// </summary>
    public async Task<Relinked> RelinkAsync(Resource resource, CancellationToken ct)
    {
        if (!OwnerReference.In(resource.Body).Any())
        {
            return new(resource, []);
        }

        var copy = resource with { Body = (JsonObject)resource.Body.DeepClone() };
        var dropped = new List<OwnerReference>();
        foreach (var reference in copy.Metadata.Maps("ownerReferences").ToArray())
        {
            var owner = OwnerReference.From(reference);
            if (await FindUidAsync(owner, resource.Namespace, ct) is { } uid)
            {
                reference["uid"] = uid;
                continue;
            }

            dropped.Add(owner);
            reference.Parent?.AsArray().Remove(reference);
        }

        if (!copy.Metadata.Maps("ownerReferences").Any())
        {
            copy.Metadata.Remove("ownerReferences");
        }

        return new(copy, dropped);
    }

    private async Task<string?> FindUidAsync(OwnerReference owner, string? @namespace, CancellationToken ct)
    {
        if (kinds.Find(owner.Group, owner.Kind) is not { } kind)
        {
            return null;
        }

        var key = ResourceKey.For(kind, kind.Namespaced ? @namespace : null, owner.Name);
        if (_uids.TryGetValue(key, out var known))
        {
            return known;
        }

        // A missing owner is remembered too: what is restored comes after its owners, so none appears later.
        var live = await target.GetAsync(kind, key.Namespace, key.Name, ct);
        return _uids[key] = live?.Map("metadata")?.Text("uid");
    }
}

internal sealed record Relinked(Resource Resource, IReadOnlyList<OwnerReference> Dropped)
{
    /// <summary>What plan and report say of a reference that was left out.</summary>
    public static string Text(OwnerReference dropped) => $"owner {dropped.Kind} {dropped.Name} is not there: reference dropped";
}
