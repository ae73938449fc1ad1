using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Coverage;

/// <summary>
/// Reads of a cluster what an export has to know to decide about some of its namespaces: all of their resources, and all
/// namespaces and bindings, since a binding may name what is elsewhere.
/// </summary>
internal sealed class NarrowedReader(IClusterReader reader, IReadOnlySet<string> namespaces) : IClusterReader
{
    public Task<ClusterIdentity> IdentifyAsync(CancellationToken ct) => reader.IdentifyAsync(ct);

    public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct) => reader.DiscoverAsync(ct);

    public IAsyncEnumerable<CutPage> ReadCutAsync(IReadOnlyList<ListSelection> selections, CancellationToken ct) =>
        reader.ReadCutAsync([.. selections.SelectMany(Narrowed)], ct);

    private IEnumerable<ListSelection> Narrowed(ListSelection selection) => selection switch
    {
        { Kind: { Group: "", Plural: "namespaces" } } => [selection],
        { Kind: { Group: KnownKinds.Rbac, Plural: "rolebindings" or "clusterrolebindings" } } => [selection],
        { Kind.Namespaced: false } => [],
        { Namespace: null } => namespaces.Select(name => selection with { Namespace = name }),
        { Namespace: { } name } => namespaces.Contains(name) ? [selection] : [],
    };
}
