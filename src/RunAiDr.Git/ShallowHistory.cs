using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>Where a clone without the whole history ends: libgit2 1.5 looks for parents that are not there.</summary>
internal static class ShallowHistory
{
    /// <summary>Ids of the commits whose parents are not to be asked for.</summary>
    public static IReadOnlySet<string> EndsOf(Repository repository)
    {
        var file = Path.Combine(repository.Info.Path, "shallow");
        return File.Exists(file) ? File.ReadAllLines(file).ToHashSet(StringComparer.Ordinal) : new HashSet<string>();
    }
}
