namespace RunAiDr.Data.Dumps;

/// <summary>Where programs are.</summary>
internal static class Programs
{
    /// <summary>Folders of the PATH; the current folder is none of them.</summary>
    public static IEnumerable<string> Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted);

    /// <summary>Full path of the program that PATH leads to; null when there is none.</summary>
    public static string? OnPath(string name) =>
        Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
