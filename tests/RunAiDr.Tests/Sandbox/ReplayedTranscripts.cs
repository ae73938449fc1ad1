namespace RunAiDr.Tests.Sandbox;

/// <summary>Which transcripts are replayed, what was set up before each, and which exchanges are left out and why.</summary>
internal static class ReplayedTranscripts
{
    public static readonly TheoryData<string> Names = new(Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver"), "*.json")
        .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal));

    public static IReadOnlySet<int> Left(string name) => new HashSet<int>();

    public static IEnumerable<(string Path, string Body)> Scene(string name) => [];
}
