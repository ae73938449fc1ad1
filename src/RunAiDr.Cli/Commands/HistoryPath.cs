using RunAiDr.Core;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

/// <summary>What an operator's words name in the history of a cluster: a file, a folder, or a project by its name.</summary>
internal static class HistoryPath
{
    private const string Namespaces = "namespaces/";

    /// <summary>The query with the paths that the words name; what is gone by now counts too.</summary>
    /// <exception cref="RunAiDrException">The words name nothing, or several.</exception>
    public static HistoryQuery Find(IStateHistory history, HistoryQuery query, string? words, CancellationToken ct)
    {
        if (words is null)
        {
            return query;
        }

        var folder = $"clusters/{query.Cluster}/";
        var path = words.StartsWith(folder, StringComparison.Ordinal) ? words[folder.Length..] : words;
        var found = Candidates(path).Where(candidate => IsKnown(history, query, candidate, ct)).ToList();

        // Run:ai keeps a project beside its namespace, as a resource of the whole cluster.
        var project = ProjectOf(path) is { } file && IsKnown(history, query, file, ct) ? file : null;
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

    private static bool IsKnown(IStateHistory history, HistoryQuery query, string path, CancellationToken ct) =>
        history.Entries(query with { Path = path, Since = null, Until = null }, ct).Any();

    private static string? ProjectOf(string path) =>
        path.Length == 0 || path.Contains('/', StringComparison.Ordinal) ? null : $"cluster/projects.run.ai/{path}.yaml";

    // Run:ai puts project x into namespace runai-x unless it is told otherwise.
    private static string[] Candidates(string path) => path switch
    {
        "" => [],
        [.., '/'] => [path],
        _ when path.Contains('/', StringComparison.Ordinal) => [path, $"{path}.yaml", $"{path}/"],
        _ => [path, $"{path}/", $"{Namespaces}{path}/", $"{Namespaces}runai-{path}/"],
    };
}
