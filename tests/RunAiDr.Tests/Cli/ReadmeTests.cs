using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using RunAiDr.Cli;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli;

public partial class ReadmeTests
{
    private static readonly string Readme = RepositoryFiles.Read("README.md");

    [Fact]
    public void The_exit_codes_are_those_of_the_program()
    {
        var documented = ExitCodeRow().Matches(Section("### Exit codes"))
            .Select(row => int.Parse(row.Groups["cell"].Value, CultureInfo.InvariantCulture));

        var used = typeof(ExitCode).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (int)field.GetRawConstantValue()!);

        Assert.Equal(used.Order(), documented.Order());
    }

    [Fact]
    public void Every_command_has_a_row()
    {
        var documented = CommandRow().Matches(Section("## Commands")).Select(row => row.Groups["cell"].Value);

        Assert.Equal(Root().Subcommands.Select(command => command.Name).Order(), documented.Order());
    }

    [Fact]
    public void Every_option_is_named()
    {
        var table = Section("| option | of | meaning |");
        var options = Root().Subcommands.SelectMany(command => command.Options).Concat(Root().Options)
            .Select(option => option.Name)
            .Where(name => name is not "--help" and not "--version");

        Assert.All(options, option => Assert.Contains($"`{option}", table, StringComparison.Ordinal));
    }

    [Fact]
    public void No_option_is_named_that_does_not_exist()
    {
        var options = Root().Subcommands.SelectMany(command => command.Options).Concat(Root().Options)
            .Select(option => option.Name).ToHashSet();

        var named = OptionName().Matches(Section("| option | of | meaning |")).Select(match => match.Value);

        Assert.All(named, name => Assert.Contains(name, options));
    }

    [Fact]
    public void Every_package_of_the_sources_is_explained()
    {
        var packages = Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(project => PackageName().Matches(File.ReadAllText(project)).Select(match => match.Groups["name"].Value));

        Assert.All(packages, package => Assert.Contains(package, Section("## Dependencies"), StringComparison.Ordinal));
    }

    private static RootCommand Root() => new CommandLine(Processes.At(Path.GetTempPath()).Context).Root();

    /// <summary>From a heading or table head to the next heading.</summary>
    private static string Section(string start)
    {
        var from = Readme.IndexOf(start, StringComparison.Ordinal);
        Assert.True(from >= 0, $"README.md has no {start}");
        var end = Readme.IndexOf("\n#", from + start.Length, StringComparison.Ordinal);
        return Readme[from..(end < 0 ? Readme.Length : end)];
    }

    [GeneratedRegex(@"^\| (?<cell>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"^\| `(?<cell>[a-z]+)[^`]*` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommandRow();

    [GeneratedRegex("--[a-z][a-z-]*", RegexOptions.None, 1000)]
    private static partial Regex OptionName();

    [GeneratedRegex("PackageReference Include=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PackageName();
}
