using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>
/// The label that a group finds its claims by. It belongs to who has set it first: what another one has set is neither
/// overwritten nor removed.
/// </summary>
internal sealed class ClaimLabel(ClusterClient client, string @namespace, string value)
{
    /// <summary>True when it was set, false when it was there.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">Another checkpoint has the claim, or it is gone.</exception>
    public async Task<bool> SetAsync(string claim, CancellationToken ct)
    {
        var tried = false;
        while (await client.GetAsync(SnapshotKinds.Claim, @namespace, claim, ct) is { } body)
        {
            switch (SnapshotLabels.Label(body, SnapshotLabels.Group))
            {
                case null when await TryPatchAsync(body, claim, value, ct):
                    return true;
                case null:
                    tried = true;
                    continue;
                case { } other when other != value:
                    throw SnapshotTarget.Failure(
                        $"claim {@namespace}/{claim} has the label {SnapshotLabels.Group}={other}: checkpoint {other} takes it now, or was broken off",
                        "Remove the label if no such checkpoint is being taken.");
                default:
                    return tried; // the answer to a patch may get lost
            }
        }

        throw SnapshotTarget.Failure($"claim {@namespace}/{claim} is gone", "Find out who deletes it, and try again.");
    }

    /// <summary>Removes it if it has our value.</summary>
    public async Task RemoveAsync(string claim, CancellationToken ct)
    {
        while (await client.GetAsync(SnapshotKinds.Claim, @namespace, claim, ct) is { } body
            && SnapshotLabels.Label(body, SnapshotLabels.Group) == value
            && !await TryPatchAsync(body, claim, null, ct))
        {
            // Somebody else was faster: look again whose it is.
        }
    }

    private async Task<bool> TryPatchAsync(JsonObject body, string claim, string? set, CancellationToken ct)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = body.Map("metadata")?.Text("resourceVersion"),
                ["labels"] = new JsonObject { [SnapshotLabels.Group] = set },
            },
        };
        return await client.TryPatchAsync(SnapshotKinds.Claim, @namespace, claim, patch, ct) is not null;
    }
}
