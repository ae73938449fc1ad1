using RunAiDr.Core.State;

namespace RunAiDr.Core.History;

/// <summary>Who changed what of a cluster's state, and when, along the branch of record.</summary>
public interface IStateHistory
{
    /// <summary>
    /// The commits that changed the cluster's folder, the newest first; read as they are asked for. A merge counts with what
    /// it changed against its first parent, and the commits that it brought in do not count again.
    /// </summary>
    /// <exception cref="RunAiDrException">There is no such ref.</exception>
    IEnumerable<HistoryEntry> Entries(HistoryQuery query, CancellationToken ct);
}

/// <summary>Which part of the history of which cluster is wanted.</summary>
public sealed record HistoryQuery(string Cluster)
{
    /// <summary>Where it begins, going back; null is the tip of the branch of record.</summary>
    public string? From { get; init; }

    /// <summary>
    /// A file of the state tree, or a folder that ends with <c>/</c>, each with the files of its secrets; empty for all of it.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>More files and folders that count beside <see cref="Path"/>.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>The oldest moment that still counts.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The newest moment that still counts.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>
/// One commit of a cluster's folder. <paramref name="Actors"/> are the field managers and authors that it names as those
/// who changed the cluster; <paramref name="Changes"/> are the files within <see cref="HistoryQuery.Path"/>, by path.
/// </summary>
public sealed record HistoryEntry(
    CommitId Commit, DateTimeOffset At, string Subject, IReadOnlyList<string> Actors, IReadOnlyList<StateChange> Changes);
