namespace RunAiDr.Core.Secrets;

/// <summary>
/// What other programs get of our environment: what they need to run at all, and what their caller names. The rest may
/// hold secrets, or lead a program elsewhere than we say.
/// </summary>
public static class ChildEnvironment
{
    private static readonly string[] Basic =
        ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "XDG_*"];

    /// <param name="environment">Of the program, as it inherits it; loses the rest.</param>
    /// <param name="names">Also kept. A star at the end stands for any.</param>
    public static void Reduce(IDictionary<string, string?> environment, IEnumerable<string> names)
    {
        string[] kept = [.. Basic, .. names];
        foreach (var name in environment.Keys.Where(name => !kept.Any(pattern => Fits(name, pattern))).ToList())
        {
            environment.Remove(name);
        }
    }

    private static bool Fits(string name, string pattern) => pattern.EndsWith('*')
        ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : string.Equals(name, pattern, StringComparison.Ordinal);
}
