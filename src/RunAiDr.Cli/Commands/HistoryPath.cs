using RunAiDr.Core;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cli.Commands;

/// <summary>What an operator's words name in the history of a cluster: a file, a folder, or a project by its name.</summary>
internal static class HistoryPath
{
    /// <summary>A path as <see cref="HistoryQuery.Path"/> takes it; what is gone by now counts too.</summary>
    /// <exception cref="RunAiDrException">The words name nothing, or several.</exception>
    public static string Find(IStateHistory history, HistoryQuery query, string? words, CancellationToken ct)
    {
        if (words is null)
        {
            return "";
        }

        var folder = $"clusters/{query.Cluster}/";
        var path = words.StartsWith(folder, StringComparison.Ordinal) ? words[folder.Length..] : words;
        var found = Candidates(path).Where(candidate => IsKnown(history, query, candidate, ct)).ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new RunAiDrException(
                Fault.RestorePoint,
                $"There has never been a {Visible.Text(words)} in the history of cluster {query.Cluster}.",
                "Name a project (team-a), a folder (namespaces/team-a) or a file, as the first column of `git ls-tree -r --name-only` has it."),
            _ => throw new RunAiDrException(
                Fault.RestorePoint, $"{Visible.Text(words)} can be {string.Join(" or ", found.Select(Visible.Text))}.", "Name one of them."),
        };
    }

    private static bool IsKnown(IStateHistory history, HistoryQuery query, string path, CancellationToken ct) =>
        history.Entries(query with { Path = path, Since = null, Until = null }, ct).Any();

    // Run:ai puts project x into namespace runai-x unless it is told otherwise.
    private static string[] Candidates(string path) => path switch
    {
        "" => [],
        [.., '/'] => [path],
        _ when path.Contains('/', StringComparison.Ordinal) => [path, $"{path}.yaml", $"{path}/"],
        _ => [path, $"{path}/", $"namespaces/{path}/", $"namespaces/runai-{path}/"],
    };
}
