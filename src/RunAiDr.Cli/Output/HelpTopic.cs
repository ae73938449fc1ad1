namespace RunAiDr.Cli.Output;

/// <summary>One page of <c>runai-dr help</c>: a text of its own, or sections of README.md, which are written once.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Summary">One line.</param>
/// <param name="File">Its text.</param>
/// <param name="Headings">Those of its sections; empty for the whole file.</param>
internal sealed record HelpTopic(string Name, string Summary, string File, params string[] Headings)
{
    private const string Folder = "help";
    private const string Readme = "README.md";

    public static IReadOnlyList<HelpTopic> All { get; } =
    [
        new("concepts", "The words and what they mean", "concepts.md"),
        new("configuration", "Every key of the configuration", Readme, "### Configuration"),
        new("environment", "Variables that are looked at", "environment.md"),
        new("exit-codes", "How commands end", Readme, "### Exit codes"),
        new("restore-points", "What <ref> may be, and how to find one", "restore-points.md"),
        new("secrets", "What counts as a secret, and who can read it", Readme, "### What counts as a secret", "### Secrets"),
        new("signing", "Signed commits and tags, and whose signatures count", Readme, "### Signing"),
    ];

    public IEnumerable<string> Lines()
    {
        var lines = Templates.ReadText($"{Folder}/{File}").TrimEnd().Split('\n');
        return PlainText.Of(Headings.Length == 0 ? lines : Headings.SelectMany(heading => Section(lines, heading)));
    }

    private static IEnumerable<string> Section(string[] lines, string heading) =>
        lines.SkipWhile(line => line != heading).Skip(2).TakeWhile(line => !line.StartsWith("##", StringComparison.Ordinal));
}
