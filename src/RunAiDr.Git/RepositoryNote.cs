using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Small files that runai-dr keeps for itself in the folder of a repository. Git knows nothing of them.</summary>
public static class RepositoryNote
{
    /// <summary>Null when there is none.</summary>
    /// <exception cref="RunAiDrException">The repository cannot be read.</exception>
    public static byte[]? Read(string repository, string name) => GitFault.Explain<byte[]?>(repository, () =>
    {
        var path = PathOf(repository, name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    });

    /// <summary>Replaces it, as a whole.</summary>
    /// <exception cref="RunAiDrException">The repository cannot be written to.</exception>
    public static void Write(string repository, string name, byte[] content) => GitFault.Explain<object?>(repository, () =>
    {
        var path = PathOf(repository, name);
        var whole = $"{path}.{Path.GetRandomFileName()}.new";
        File.WriteAllBytes(whole, content);
        File.Move(whole, path, overwrite: true);
        return null;
    });

    private static string PathOf(string repository, string name)
    {
        using var opened = GitLibrary.Open(repository);
        return Path.Combine(opened.Info.Path, name);
    }
}
