using System.Xml.Linq;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Architecture;

public class ProjectTests
{
    private static readonly string[] Adapters = ["RunAiDr.Cluster", "RunAiDr.Data", "RunAiDr.Forges", "RunAiDr.Git", "RunAiDr.Sandbox"];

    [Fact]
    public void Core_references_no_project()
    {
        Assert.Empty(ProjectReferences("RunAiDr.Core"));
    }

    [Fact]
    public void Adapters_reference_Core_and_never_each_other()
    {
        Assert.All(Adapters, adapter => Assert.Equal(
            ["RunAiDr.Core"], ProjectReferences(adapter).Where(name => name.StartsWith("RunAiDr.", StringComparison.Ordinal))));
    }

    [Fact]
    public void Each_package_is_used_by_one_project()
    {
        var shared = SourceProjects()
            .SelectMany(project => Packages(project).Select(package => (package, project)))
            .GroupBy(use => use.package)
            .Where(uses => uses.Count() > 1)
            .Select(uses => $"{uses.Key}: {string.Join(", ", uses.Select(use => use.project))}");

        Assert.Empty(shared);
    }

    [Fact]
    public void Export_and_rehydration_do_not_import_each_other()
    {
        AssertNoUse("src/RunAiDr.Core/Export", "RunAiDr.Core.Rehydration");
        AssertNoUse("src/RunAiDr.Core/Rehydration", "RunAiDr.Core.Export");
    }

    [Fact]
    public void The_root_holds_the_agreed_entries_only()
    {
        string[] agreed = [".ci", ".git", ".gitignore", "README.md", "RunAiDr.sln", "artifacts", "build", "src", "templates", "tests"];

        var entries = Directory.EnumerateFileSystemEntries(RepositoryFiles.Root).Select(Path.GetFileName);

        Assert.Empty(entries.Except(agreed));
    }

    private static void AssertNoUse(string folder, string @namespace)
    {
        var users = RepositoryFiles.Sources(folder)
            .Where(path => File.ReadAllText(path).Contains($"using {@namespace}", StringComparison.Ordinal));
        Assert.Empty(users);
    }

    private static IEnumerable<string> SourceProjects() =>
        Directory.EnumerateDirectories(Path.Combine(RepositoryFiles.Root, "src"), "RunAiDr.*").Select(path => Path.GetFileName(path));

    private static IEnumerable<string> ProjectReferences(string project) =>
        Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> Packages(string project) => Includes(project, "PackageReference");

    private static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Load(Path.Combine(RepositoryFiles.Root, "src", project, $"{project}.csproj"))
            .Descendants(item)
            .Select(element => (string)element.Attribute("Include")!);
}
