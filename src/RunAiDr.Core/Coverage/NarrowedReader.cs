using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Coverage;

/// <summary>
/// Reads of a cluster what decides about the resources of some of its namespaces: what is in them, and which namespaces and
/// bindings of the whole cluster there are.
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
        { Kind: { Group: KnownKinds.Rbac, Plural: "clusterrolebindings" } } => [selection],
        { Kind.Namespaced: false } => [],
        { Namespace: null } => namespaces.Select(name => selection with { Namespace = name }),
        { Namespace: { } name } => namespaces.Contains(name) ? [selection] : [],
    };
}
