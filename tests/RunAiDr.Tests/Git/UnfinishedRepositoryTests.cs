using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

public sealed class UnfinishedRepositoryTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("HEAD")]
    [InlineData("objects")]
    [InlineData("refs")]
    public void One_without_an_object_is_made_anew(string missing)
    {
        GitStateStore.CreateBare(Options);
        Delete(missing);

        Assert.True(UnfinishedRepository.Remove(Options.Path));
        GitStateStore.Init(TestRepository.Nothing, Options, TestRepository.Clock);
    }

    [Theory]
    [InlineData("objects/12/3456")]
    [InlineData("refs/heads/main")]
    [InlineData("notes.txt")]
    public void What_holds_anything_stays(string file)
    {
        GitStateStore.CreateBare(Options);
        Delete("HEAD");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Options.Path, file))!);
        File.WriteAllText(Path.Combine(Options.Path, file), "x");

        Assert.False(UnfinishedRepository.Remove(Options.Path));
        Assert.True(File.Exists(Path.Combine(Options.Path, file)));
    }

    [Fact]
    public void A_whole_one_without_a_commit_stays()
    {
        GitStateStore.CreateBare(Options);

        Assert.False(UnfinishedRepository.Remove(Options.Path));
        Assert.False(UnfinishedRepository.Remove(_folder.File("nowhere")));
    }

    private GitStateOptions Options => new() { Path = _folder.File("repo.git") };

    private void Delete(string part)
    {
        var path = Path.Combine(Options.Path, part);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
