using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Export;

/// <summary>What an export needs from a live cluster: reading, and nothing else.</summary>
public interface IClusterReader
{
    /// <summary>Version and identity of the cluster.</summary>
    Task<ClusterIdentity> IdentifyAsync(CancellationToken ct);

    /// <summary>Every served kind in every served version, the preferred version of each group first.</summary>
    Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct);

    /// <summary>
    /// Reads all selections at one etcd revision, page by page. When the server has compacted that revision, reading
    /// starts again at a newer one: the first page of the new attempt has a higher <see cref="CutPage.Attempt"/>, and
    /// what came before it is void.
    /// </summary>
    IAsyncEnumerable<CutPage> ReadCutAsync(IReadOnlyList<ListSelection> selections, CancellationToken ct);
}

/// <summary>One list request: a kind, perhaps narrowed to a namespace and a label selector.</summary>
public sealed record ListSelection(ResourceKind Kind, string? Namespace = null, string? LabelSelector = null);

/// <summary>
/// One page of a list. <paramref name="Items"/> are UTF-8 JSON objects as sent (built-in kinds without apiVersion and
/// kind), valid until the next page is asked for.
/// </summary>
public sealed record CutPage(
    int Attempt, string Revision, ListSelection Selection, IReadOnlyList<ReadOnlyMemory<byte>> Items);
