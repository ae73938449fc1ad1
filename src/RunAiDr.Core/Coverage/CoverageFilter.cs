using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Coverage;

/// <summary>Which namespaces are looked at, by name or by project; without any, the whole cluster.</summary>
public sealed record CoverageFilter(IReadOnlyCollection<string> Namespaces, IReadOnlyCollection<string> Projects)
{
    public static readonly CoverageFilter Everything = new([], []);

    /// <summary>Names of the namespaces; null is the whole cluster.</summary>
    /// <exception cref="RunAiDrException">There is no such namespace or project.</exception>
    internal async Task<IReadOnlySet<string>?> FindAsync(Scope scope, IMetadataReader cluster, CancellationToken ct)
    {
        if (Namespaces.Count + Projects.Count == 0)
        {
            return null;
        }

        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        await foreach (var page in cluster.ReadMetadataAsync(new ListSelection(KnownKinds.Namespace), ct))
        {
            foreach (var head in page.Items.Select(item => ListedItem.HeadOf(KnownKinds.Namespace, item)))
            {
                var project = scope.IsProject(head.Labels) ? head.Labels[scope.ProjectLabel] : null;
                if (Namespaces.Contains(head.Name) || (project is not null && Projects.Contains(project)))
                {
                    found[head.Name] = project;
                }
            }
        }

        string[] lacking =
        [
            .. Namespaces.Where(name => !found.ContainsKey(name)).Select(name => $"namespace {name}"),
            .. Projects.Where(name => !found.ContainsValue(name)).Select(name => $"project {name}"),
        ];
        return lacking.Length == 0 ? found.Keys.ToHashSet(StringComparer.Ordinal) : throw new RunAiDrException(
            Fault.Configuration,
            $"The cluster has no {string.Join(" and no ", lacking)}",
            $"See `kubectl get namespaces --label-columns {scope.ProjectLabel}`.");
    }
}
