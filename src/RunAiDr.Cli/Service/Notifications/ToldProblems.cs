using System.Text.Json;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service.Notifications;

/// <summary>The problems that receivers know of, kept beside the repository so that a restart does not tell them again.</summary>
internal sealed class ToldProblems(string repository)
{
    private const string File = "notifications.json";

    private HashSet<string>? _told;

    /// <summary>Those that have begun or ended since the last call.</summary>
    /// <exception cref="Core.RunAiDrException">The repository cannot be read or written to; the next call gives them again.</exception>
    public IReadOnlyList<Problem> Turn(IEnumerable<Problem> problems)
    {
        _told ??= Read();
        var turned = problems.Where(problem => problem.IsThere is { } isThere && isThere != _told.Contains(problem.Key)).ToList();
        if (turned.Count > 0)
        {
            var (begun, ended) = (Keys(turned, isThere: true), Keys(turned, isThere: false));
            HashSet<string> told = new(_told.Except(ended).Concat(begun), StringComparer.Ordinal);
            RepositoryNote.Write(repository, File, JsonSerializer.SerializeToUtf8Bytes(told.Order(StringComparer.Ordinal)));
            _told = told;
        }

        return turned;
    }

    private static IEnumerable<string> Keys(List<Problem> problems, bool isThere) =>
        problems.Where(problem => problem.IsThere == isThere).Select(problem => problem.Key);

    private HashSet<string> Read()
    {
        try
        {
            var keys = RepositoryNote.Read(repository, File) is { } content ? JsonSerializer.Deserialize<string[]>(content) : null;
            return new HashSet<string>(keys ?? [], StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            // Edited, or of another version: what is still wrong is told once more.
            return new HashSet<string>(StringComparer.Ordinal);
        }
    }
}
