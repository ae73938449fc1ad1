using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Commands;

/// <summary>What an operator's words name in the history of a cluster: a file, a folder, or a project by its name.</summary>
internal sealed class HistoryPath(GitStateStore store, string projectLabel)
{
    private const string Namespaces = "namespaces/";
    private const string NamespaceFile = "/namespace.yaml";

    /// <summary>The query with the paths that the words name; what is gone by now counts too.</summary>
    /// <exception cref="RunAiDrException">The words name nothing, or several.</exception>
    public HistoryQuery Find(HistoryQuery query, string? words, CancellationToken ct)
    {
        if (words is null)
        {
            return query;
        }

        var folder = $"clusters/{query.Cluster}/";
        var path = words.StartsWith(folder, StringComparison.Ordinal) ? words[folder.Length..] : words;
        var isName = path.Length > 0 && !path.Contains('/', StringComparison.Ordinal);
        var found = Candidates(path, isName ? Present(query.Cluster, path) : []).Where(candidate => IsKnown(query, candidate, ct)).ToList();
        found = found.Count == 0 && isName && Gone(query, path, ct) is { } gone ? [gone] : found;

        // Run:ai keeps a project beside its namespace, as a resource of the whole cluster.
        var project = isName && $"cluster/projects.run.ai/{path}.yaml" is var file && IsKnown(query, file, ct) ? file : null;
        return (found, project) switch
        {
            ([var only], { } own) when only.StartsWith(Namespaces, StringComparison.Ordinal) => query with { Path = only, Beside = [own] },
            ([var only], _) => query with { Path = only },
            ([], { } own) => query with { Path = own },
            ([], _) => throw new RunAiDrException(
                Fault.RestorePoint,
                $"There has never been a {Visible.Text(words)} in the history of cluster {query.Cluster}.",
                "Name a project (team-a), a folder (namespaces/team-a) or a file, as the first column of `git ls-tree -r --name-only` has it."),
            _ => throw new RunAiDrException(
                Fault.RestorePoint, $"{Visible.Text(words)} can be {string.Join(" or ", found.Select(Visible.Text))}.", "Name one of them."),
        };
    }

    private static string FolderOf(string namespaceFile) => namespaceFile[..^(NamespaceFile.Length - 1)];

    // Without a label Run:ai puts project x into namespace runai-x unless it is told otherwise.
    private static IEnumerable<string> Candidates(string path, List<string> labelled) => path switch
    {
        "" => [],
        [.., '/'] => [path],
        _ when path.Contains('/', StringComparison.Ordinal) => [path, $"{path}.yaml", $"{path}/"],
        _ when labelled.Count > 0 => new[] { path, $"{path}/", $"{Namespaces}{path}/" }.Union(labelled, StringComparer.Ordinal),
        _ => [path, $"{path}/", $"{Namespaces}{path}/", $"{Namespaces}runai-{path}/"],
    };

    private bool IsKnown(HistoryQuery query, string path, CancellationToken ct) =>
        store.History.Entries(query with { Path = path, Since = null, Until = null }, ct).Any();

    /// <summary>The folders of the namespaces that have the label now.</summary>
    private List<string> Present(string cluster, string project) => store.Tip(cluster) is not { } tip
        ? []
        : [.. new Projects(projectLabel).NamespacesOf(tip, project).Select(name => FolderOf(Projects.PathOf(name)))];

    /// <summary>The folder of the namespace that had the label when it was deleted.</summary>
    private string? Gone(HistoryQuery query, string project, CancellationToken ct)
    {
        var projects = new Projects(projectLabel);
        return (
            from entry in store.History.Entries(query with { Path = Namespaces, Since = null, Until = null }, ct)
            from change in entry.Changes
            where change.Kind == StateChangeKind.Deleted && change.Path.EndsWith(NamespaceFile, StringComparison.Ordinal)
            where store.Step(query.Cluster, entry.Commit) is { } step && projects.OfFile(step.Before, change.Path) == project
            select FolderOf(change.Path)).FirstOrDefault();
    }
}
