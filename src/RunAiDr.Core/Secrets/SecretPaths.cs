using System.Collections.Immutable;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Paths whose value is always a secret, such as <c>keycloakx.adminPassword</c>; <c>*</c> is any one key or index,
/// <c>**</c> any number of them.
/// </summary>
internal sealed class SecretPaths(IEnumerable<string> paths)
{
    public static readonly SecretPaths None = new([]);

    private readonly ImmutableArray<(string Path, string[] Keys)> _paths = [.. paths.Select(path => (path, path.Split('.')))];

    /// <summary>The path of the table that a place matches; null when there is none.</summary>
    public string? Find(List<string> place)
    {
        foreach (var (path, keys) in _paths)
        {
            if (Matches(keys, 0, place, 0))
            {
                return path;
            }
        }

        return null;
    }

    private static bool Matches(string[] keys, int key, List<string> place, int at)
    {
        if (key == keys.Length)
        {
            return at == place.Count;
        }

        if (keys[key] == "**")
        {
            return Matches(keys, key + 1, place, at) || (at < place.Count && Matches(keys, key, place, at + 1));
        }

        return at < place.Count && (keys[key] == "*" || keys[key] == place[at]) && Matches(keys, key + 1, place, at + 1);
    }
}
