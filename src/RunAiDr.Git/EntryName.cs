namespace RunAiDr.Git;

/// <summary>What a name in a state tree may be, so that every Git client can check it out.</summary>
internal static class EntryName
{
    /// <exception cref="ArgumentException">The path is absolute, climbs, or holds a name that Git forbids.</exception>
    public static void Check(string path)
    {
        if (!path.Split('/').All(IsLegalName))
        {
            throw new ArgumentException($"'{path}' cannot be the path of a file in a state tree.", nameof(path));
        }
    }

    public static bool IsLegalName(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && !name.Contains('/', StringComparison.Ordinal)
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Any(char.IsControl)
        && !name.Equals(".git", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("git~1", StringComparison.OrdinalIgnoreCase);
}
