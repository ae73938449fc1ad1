namespace RunAiDr.Core.Secrets;

/// <summary>
/// Paths whose value is always a secret, such as <c>keycloakx.adminPassword</c>; <c>*</c> is any one key or index.
/// </summary>
internal sealed class SecretPaths(IEnumerable<string> paths)
{
    public static readonly SecretPaths None = new([]);

    private readonly string[][] _paths = [.. paths.Select(path => path.Split('.'))];

    public bool Contain(List<string> path) => Array.Exists(_paths, pattern => Matches(pattern, path));

    private static bool Matches(string[] pattern, List<string> path)
    {
        if (pattern.Length != path.Count)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != "*" && pattern[i] != path[i])
            {
                return false;
            }
        }

        return true;
    }
}
