using System.Text;
using RunAiDr.Core;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

public sealed class GitInitTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private GitStateOptions Options => new() { Path = _directory.File("a/b.git") };

    private GitProgram Git => new(Options.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_repository_is_bare_and_holds_the_seed_on_the_branch_of_record()
    {
        Init(("README.md", "read me"), (".github/workflows/rehearse.yaml", "on: push"));

        Assert.Equal("true\n", Git.Run("rev-parse", "--is-bare-repository"));
        Assert.Equal("refs/heads/main\n", Git.Run("symbolic-ref", "HEAD"));
        Assert.Equal("1\n", Git.Run("rev-list", "--count", "main"));
        Assert.Equal("read me", Git.Run("show", "HEAD:README.md"));
        Assert.Equal("on: push", Git.Run("show", "HEAD:.github/workflows/rehearse.yaml"));
        Git.AssertSound();
    }

    [Fact]
    public void An_existing_repository_gets_what_it_lacks_and_keeps_what_it_has()
    {
        Init(("README.md", "ours"));
        Init(("README.md", "newer"), (".gitattributes", "* text eol=lf"));
        Init(("README.md", "newer"), (".gitattributes", "* text eol=lf"));

        Assert.Equal("ours", Git.Run("show", "HEAD:README.md"));
        Assert.Equal("* text eol=lf", Git.Run("show", "HEAD:.gitattributes"));
        Assert.Equal("2\n", Git.Run("rev-list", "--count", "main"));
    }

    [Fact]
    public void A_folder_that_holds_something_else_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(Options.Path);
        File.WriteAllText(Path.Combine(Options.Path, "thesis.doc"), "years");

        var failure = Assert.Throws<RunAiDrException>(() => Init(("README.md", "ours")));

        Assert.Equal(Fault.Repository, failure.Fault);
        Assert.Equal("thesis.doc", Path.GetFileName(Directory.GetFileSystemEntries(Options.Path).Single()));
    }

    [Theory]
    [InlineData("a b", "n", "e")]
    [InlineData("-x", "n", "e")]
    [InlineData("main", "", "e")]
    [InlineData("main", "n", "e>\n")]
    public void Options_that_git_cannot_take_are_refused(string branch, string name, string email)
    {
        var options = Options with { Branch = branch, AuthorName = name, AuthorEmail = email };

        Assert.Equal(
            Fault.Configuration,
            Assert.Throws<RunAiDrException>(() => GitStateStore.Init(TestRepository.Nothing, options, TestRepository.Clock)).Fault);
        Assert.False(Directory.Exists(Options.Path));
    }

    private void Init(params (string Path, string Content)[] files) => GitStateStore.Init(
        files.ToDictionary(f => f.Path, f => Encoding.UTF8.GetBytes(f.Content), StringComparer.Ordinal), Options, TestRepository.Clock);
}
