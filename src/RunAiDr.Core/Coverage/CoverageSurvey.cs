using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Coverage;

/// <summary>
/// Finds everything of Run:ai in a cluster and explains it: what is in its namespaces, and elsewhere what has its labels, is
/// of its kinds, or came with its releases. What the scope takes is read as an export reads it, all else is only named.
/// </summary>
public sealed class CoverageSurvey(ClusterExporter exporter, IMetadataReader metadata)
{
    /// <param name="cluster">The name the operator gave the cluster.</param>
    /// <param name="restorePoint">What has to hold all that the scope takes.</param>
    /// <param name="ct">Stops the survey.</param>
    /// <exception cref="RunAiDrException">The cluster cannot be reached, or not be exported.</exception>
    public async Task<CoverageReport> ReadAsync(string cluster, IStateTree restorePoint, CancellationToken ct)
    {
        var found = new FoundResources(exporter.Scope, new SavedResources(restorePoint));
        var exported = await exporter.Telling(found.Note).ReadAsync(cluster, new DroppedTree(), null, ct);
        found.Context = exported.Context;
        var (items, unknown) = (new List<CoverageItem>(), new List<UnlistedKind>());
        foreach (var kind in (await metadata.DiscoverAsync(ct)).DistinctBy(kind => kind.QualifiedName, StringComparer.Ordinal))
        {
            if (await metadata.RefusalOfListAsync(kind, ct) is { } why)
            {
                unknown.Add(new UnlistedKind(kind.QualifiedName, why));
            }
            else
            {
                items.AddRange(await ListAsync(kind, found, ct));
            }
        }

        return new CoverageReport(
            restorePoint.Id,
            [.. items.OrderBy(item => item.Reason).ThenBy(item => item.Key)],
            [.. unknown.OrderBy(kind => kind.Kind, StringComparer.Ordinal)]);
    }

    private async Task<List<CoverageItem>> ListAsync(ResourceKind kind, FoundResources found, CancellationToken ct)
    {
        var (items, attempt) = (new List<CoverageItem>(), 0);
        await foreach (var page in metadata.ReadMetadataAsync(kind, ct))
        {
            if (page.Attempt != attempt)
            {
                items.Clear();
                attempt = page.Attempt;
            }

            items.AddRange(page.Items.Select(item => found.Explain(ListedMetadata.Read(kind, item))).OfType<CoverageItem>());
        }

        return items;
    }
}
