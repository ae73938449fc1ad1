using System.Text.Json.Nodes;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>A group whose taking or deletion did not end. It is listed by its own name, its members are not.</summary>
/// <param name="Listed">How it is listed.</param>
/// <param name="Uid">UID of its VolumeGroupSnapshot.</param>
/// <param name="Handle">The storage system's id of it where it is known.</param>
internal sealed record BrokenGroup(OwnedSnapshot Listed, string Uid, string? Handle)
{
    /// <summary>Whether this is one of its members.</summary>
    public bool Holds(JsonObject? snapshot, JsonObject? content) =>
        snapshot?.GroupUidOf() == Uid || (Handle is not null && content?.GroupHandleOf() == Handle);
}
