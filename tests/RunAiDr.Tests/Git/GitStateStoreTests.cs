using System.Text;
using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

/// <summary>The contract on a real repository, and what the real git says of it.</summary>
public sealed class GitStateStoreTests : StateStoreContract, IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly GitStateOptions _options;
    private readonly GitStateStore _store;
    private readonly GitProgram _git;

    public GitStateStoreTests()
    {
        _options = new GitStateOptions { Path = _directory.File("repo.git") };
        GitStateStore.Init(new Dictionary<string, byte[]>(StringComparer.Ordinal), _options, Clock);
        _store = GitStateStore.Open(_options, Clock);
        _git = new GitProgram(_options.Path);
    }

    protected override IStateStore Store => _store;

    private static FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(2)));

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_large_export_becomes_one_pack_that_git_finds_sound()
    {
        CommitMany(500);

        _git.AssertSound();
        _git.Run("verify-pack", "-v", Directory.GetFiles(_directory.File("repo.git/objects/pack"), "*.idx").Single());
        Assert.Equal(500, _git.Lines("ls-tree", "-r", "--name-only", "main").Length);
        Assert.Equal("content 499\n", _git.Run("show", "main:clusters/prod-a/namespaces/ns-9/f-499.yaml"));
        Assert.Empty(Directory.GetFiles(_directory.File("repo.git/objects/pack"), "tmp_*"));
    }

    private void CommitMany(int files)
    {
        using var writer = Store.Begin(Cluster);
        for (var i = 0; i < files; i++)
        {
            writer.Put($"namespaces/ns-{i % 10}/f-{i}.yaml", Encoding.UTF8.GetBytes($"content {i}\n"));
        }

        Assert.NotNull(writer.Commit(Text));
    }
}
