using RunAiDr.Core;

namespace RunAiDr.Tests.Git;

/// <summary>Other writers, locks, and processes that died.</summary>
public sealed class GitConcurrencyTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_branch_moved_by_somebody_else_meanwhile_keeps_their_work()
    {
        _repository.Commit(("a", "1"));
        using var store = _repository.Open();
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, TestRepository.Many(100));
        _repository.Import("M 100644 inline theirs\ndata 1\nt\nM 100644 inline clusters/prod-a/snapshots/database.yaml\ndata 1\nd\n");

        Assert.NotNull(writer.Commit(TestRepository.Text));

        Assert.Equal("export\nother\nexport\n", _repository.Git.Run("log", "--format=%s", "main"));
        Assert.Equal(102, _repository.Files().Length);
        Assert.Contains("theirs", _repository.Files(), StringComparer.Ordinal);
        Assert.Contains("clusters/prod-a/snapshots/database.yaml", _repository.Files(), StringComparer.Ordinal);
        _repository.Git.AssertSound();
    }

    [Fact]
    public void A_moved_branch_that_holds_our_state_already_gets_no_commit()
    {
        using var store = _repository.Open();
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("a", "1"));
        _repository.Commit(("a", "1"));

        Assert.Null(writer.Commit(TestRepository.Text));
    }

    [Fact]
    public async Task Two_writers_at_once_lose_nothing()
    {
        string[] clusters = ["c-1", "c-2", "c-3"];
        await Task.WhenAll(clusters.Select(cluster => Task.Run(() =>
        {
            using var store = _repository.Open();
            for (var i = 0; i < 15; i++)
            {
                using var writer = store.Begin(cluster);
                TestRepository.Fill(writer, [("count", $"{i}"), .. TestRepository.Many(i % 2 == 0 ? 5 : 80)]);
                Assert.NotNull(writer.Commit(TestRepository.Text));
            }
        })));

        Assert.Equal("45\n", _repository.Git.Run("rev-list", "--count", "main"));
        Assert.All(clusters, cluster => Assert.Equal("14", _repository.Git.Run("show", $"main:clusters/{cluster}/count")));
        _repository.Git.AssertSound();
    }

    [Fact]
    public void A_branch_in_packed_references_moves_on()
    {
        _repository.Commit(("a", "1"));
        _repository.Git.Run("pack-refs", "--all");

        Assert.NotNull(_repository.Commit(("a", "2")));
        Assert.Equal("2\n", _repository.Git.Run("rev-list", "--count", "main"));
    }

    [Fact]
    public void A_lock_on_the_branch_is_named_and_left_alone()
    {
        var before = _repository.Commit(("a", "1"));
        File.WriteAllText(_repository.File("refs/heads/main.lock"), "");

        var failure = Assert.Throws<RunAiDrException>(() => _repository.Commit(("a", "2")));

        Assert.Equal(Fault.Repository, failure.Fault);
        Assert.Contains("main.lock", failure.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(_repository.File("refs/heads/main.lock")));
        Assert.Equal(before!.Value.Sha, _repository.Git.Run("rev-parse", "main").TrimEnd());
    }

    [Fact]
    public void A_lock_on_the_index_is_no_concern_of_ours()
    {
        File.WriteAllText(_repository.File("index.lock"), "");

        Assert.NotNull(_repository.Commit(("a", "1")));
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_by_the_next_and_what_a_living_one_writes_is_not()
    {
        _repository.Commit(("a", "1"));
        Directory.CreateDirectory(_repository.Packs);
        File.WriteAllText(Path.Combine(_repository.Packs, "tmp_runai-dr_0"), "half a pack");
        File.WriteAllText(Path.Combine(_repository.Packs, "tmp_pack_git"), "of git itself");
        using var store = _repository.Open();
        using var living = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(living, TestRepository.Many(100));

        using (var second = _repository.Open())
        {
            second.Begin("other").Dispose();
        }

        Assert.Equal(["tmp_pack_git", "tmp_runai-dr_0"], Temporary(), StringComparer.Ordinal);
        Assert.NotNull(living.Commit(TestRepository.Text));
        Assert.Equal(["tmp_pack_git"], Temporary(), StringComparer.Ordinal);
        _repository.Git.AssertSound();
    }

    [Fact]
    public void An_abandoned_export_leaves_no_file()
    {
        _repository.Commit(("a", "1"));
        var before = Directory.GetFiles(_repository.Options.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        using (var store = _repository.Open())
        {
            using var writer = store.Begin(TestRepository.Cluster);
            TestRepository.Fill(writer, TestRepository.Many(300));
            writer.Reset();
            TestRepository.Fill(writer, TestRepository.Many(200));
        }

        Assert.Equal(before, Directory.GetFiles(_repository.Options.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private IEnumerable<string> Temporary() =>
        Directory.GetFiles(_repository.Packs, "tmp_*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
