using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Coverage;

/// <summary>
/// Finds everything of Run:ai in a cluster and explains it: what is in its namespaces, and elsewhere what has its labels, is
/// of its kinds, or came with its releases. What the scope takes is read as an export reads it, all else is only named.
/// </summary>
public sealed class CoverageSurvey(ClusterExporter exporter, IMetadataReader cluster)
{
    // An API server has few seats for one client, and each list holds a page.
    private const int AtOnce = 4;

    /// <param name="name">The name the operator gave the cluster.</param>
    /// <param name="restorePoint">What has to hold all that the scope takes.</param>
    /// <param name="filter">What is looked at; nothing else is read.</param>
    /// <param name="ct">Stops the survey.</param>
    /// <exception cref="RunAiDrException">The cluster cannot be reached, or not be exported, or lacks what the filter names.</exception>
    public async Task<CoverageReport> ReadAsync(string name, IStateTree restorePoint, CoverageFilter filter, CancellationToken ct)
    {
        var namespaces = await filter.FindAsync(exporter.Scope, cluster, ct);
        var found = new FoundResources(exporter.Scope, new SavedResources(restorePoint), namespaces);
        var reader = namespaces is null ? (IClusterReader)cluster : new NarrowedReader(cluster, namespaces);
        var telling = exporter.Telling(reader, found.Note);
        found.Context = (await telling.ReadAsync(name, new DroppedTree(), null, ct)).Context;
        ListSelection[] selections =
        [
            .. (await cluster.DiscoverAsync(ct)).DistinctBy(kind => kind.QualifiedName, StringComparer.Ordinal)
                .SelectMany(kind => Selections(kind, namespaces)),
        ];
        var lists = new Listed[selections.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, lists.Length, options, async (i, token) => lists[i] = await ListAsync(selections[i], found, token));
        return new CoverageReport(
            restorePoint.Id,
            [.. lists.SelectMany(list => list.Items).OrderBy(item => item.Reason).ThenBy(item => item.Key)],
            [.. lists.Select(list => list.Unknown).OfType<UnlistedKind>().OrderBy(kind => kind.Kind, StringComparer.Ordinal)]);
    }

    private static IEnumerable<ListSelection> Selections(ResourceKind kind, IReadOnlySet<string>? namespaces) => kind switch
    {
        _ when namespaces is null => [new ListSelection(kind)],
        { Namespaced: true } => namespaces.Select(name => new ListSelection(kind, name)),
        { Group: "", Plural: "namespaces" } => [new ListSelection(kind)],
        _ => [],
    };

    private async Task<Listed> ListAsync(ListSelection selection, FoundResources found, CancellationToken ct)
    {
        if (await cluster.RefusalOfListAsync(selection, ct) is { } why)
        {
            return new Listed([], new UnlistedKind($"{selection.Kind.QualifiedName}{(selection.Namespace is { } name ? $" -n {name}" : "")}", why));
        }

        var (items, attempt) = (new List<CoverageItem>(), 0);
        await foreach (var page in cluster.ReadMetadataAsync(selection, ct))
        {
            if (page.Attempt != attempt)
            {
                items.Clear();
                attempt = page.Attempt;
            }

            items.AddRange(page.Items.Select(item => found.Explain(ListedMetadata.Read(selection.Kind, item))).OfType<CoverageItem>());
        }

        return new Listed(items, null);
    }

    /// <summary>What came of one selection.</summary>
    private readonly record struct Listed(IReadOnlyList<CoverageItem> Items, UnlistedKind? Unknown);
}
