using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Sync;

/// <summary>What continuous export needs from a live cluster besides reading it whole.</summary>
public interface IClusterWatcher
{
    /// <summary>
    /// Everything that happens to what a selection names after <paramref name="revision"/>, in order and without a gap.
    /// Lost connections, silence and the server's own time limits are survived by watching again from the last revision
    /// seen; meanwhile <see cref="WatchEventKind.Interrupted"/> tells why. The sequence ends only after
    /// <see cref="WatchEventKind.Expired"/>, or when <paramref name="ct"/> is cancelled.
    /// </summary>
    /// <exception cref="RunAiDrException">The server refuses the watch (401, 403), or does not serve the kind (404).</exception>
    IAsyncEnumerable<WatchEvent> WatchAsync(ListSelection selection, string revision, CancellationToken ct);

    /// <summary>One resource as UTF-8 JSON, null when it is not there.</summary>
    /// <exception cref="RunAiDrException">The server cannot be reached or refuses.</exception>
    Task<ReadOnlyMemory<byte>?> ReadAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct);
}

public enum WatchEventKind
{
    /// <summary>A resource was added or changed: <see cref="WatchEvent.Resource"/> is its new state.</summary>
    Changed,

    /// <summary>A resource was deleted, or left the selection; its last state is given.</summary>
    Deleted,

    /// <summary>The watch is connected and has seen everything up to <see cref="WatchEvent.Revision"/>.</summary>
    Progress,

    /// <summary>The watch is not connected and tries again; <see cref="WatchEvent.Reason"/> says why.</summary>
    Interrupted,

    /// <summary>The server no longer knows what happened since the last revision (410): only a list can tell.</summary>
    Expired,
}

/// <summary>
/// One step of a watch. <paramref name="Resource"/> is a UTF-8 JSON object that stays valid, empty where there is none;
/// <paramref name="Revision"/> is the last revision seen.
/// </summary>
public sealed record WatchEvent(
    WatchEventKind Kind, string Revision, ReadOnlyMemory<byte> Resource = default, string? Reason = null);
