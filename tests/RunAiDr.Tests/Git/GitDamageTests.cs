using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

/// <summary>Repositories that are missing, damaged, cut short, or not for us.</summary>
public sealed class GitDamageTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_folder_that_is_missing_or_no_repository_is_named()
    {
        Directory.CreateDirectory(_repository.Beside("plain"));

        Assert.Contains("runai-dr init", Refused(() => Open(_repository.Beside("missing"))).Remedy, StringComparison.Ordinal);
        Assert.Contains(_repository.Beside("plain"), Refused(() => Open(_repository.Beside("plain"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_inside_a_repository_is_not_that_repository()
    {
        new GitProgram(_repository.Beside("")).Run("init", "--quiet", "work");
        Directory.CreateDirectory(_repository.Beside("work/below"));

        Refused(() => Open(_repository.Beside("work/below")));
    }

    [Fact]
    public void A_work_tree_that_has_the_branch_of_record_checked_out_is_refused()
    {
        new GitProgram(_repository.Beside("")).Run("init", "--quiet", "-b", "main", "work");

        Assert.Contains("git switch", Refused(() => Open(_repository.Beside("work"))).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linked_work_tree_that_has_the_branch_checked_out_is_refused_too()
    {
        _repository.Commit(("a", "1"));
        using var store = _repository.Open();
        _repository.Git.Run("worktree", "add", _repository.Beside("linked"), "main");

        Refused(() => store.Begin(TestRepository.Cluster));
        Refused(() => Open(_repository.Beside("linked")));
    }

    [Fact]
    public void A_work_tree_of_another_branch_is_fine_and_stays_untouched()
    {
        var git = new GitProgram(_repository.Beside("work"));
        new GitProgram(_repository.Beside("")).Run("init", "--quiet", "-b", "other", "work");
        git.Run("commit", "--quiet", "--allow-empty", "-m", "x");
        using var store = Open(_repository.Beside("work"));
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, TestRepository.Many(100));

        var id = writer.Commit(TestRepository.Text);

        Assert.Equal("", git.Run("status", "--porcelain"));
        Assert.Equal(id!.Value.Sha, git.Run("rev-parse", "main").TrimEnd());
        Assert.Equal("commit: export\n", git.Run("log", "-g", "--format=%gs", "main"));
        git.AssertSound();
    }

    [Fact]
    public void A_missing_branch_is_made_from_nothing()
    {
        _repository.Import("M 100644 inline theirs\ndata 1\nt\n", "other");

        _repository.Commit(("a", "1"));

        Assert.Equal(["clusters/prod-a/a"], _repository.Files(), StringComparer.Ordinal);
    }

    [Fact]
    public void A_branch_name_that_collides_with_another_is_refused()
    {
        _repository.Import("M 100644 inline theirs\ndata 1\nt\n", "main/sub");
        Refused(() => _repository.Commit(("a", "1")));

        _repository.Git.Run("pack-refs", "--all", "--prune");
        Refused(() => _repository.Commit(("a", "1")));
    }

    [Fact]
    public void A_shallow_clone_takes_commits_and_finds_restore_points()
    {
        _repository.Commit(("restore-point.yaml", "1"));
        _repository.Commit(("restore-point.yaml", "2"));
        _repository.Commit(("restore-point.yaml", "3"));
        _repository.Git.Run("clone", "--quiet", "--bare", "--depth", "2", $"file://{_repository.Options.Path}", _repository.Beside("shallow"));
        using var store = Open(_repository.Beside("shallow"));
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "4"));

        var id = writer.Commit(TestRepository.Text)!.Value;

        var git = new GitProgram(_repository.Beside("shallow"));
        Assert.Equal("3\n", git.Run("rev-list", "--count", "main"));
        Assert.Equal(id, store.Open(TestRepository.Cluster, id.Sha[..12]).Id);
        Assert.Equal("2"u8.ToArray(), store.Open(TestRepository.Cluster, git.Run("rev-parse", "main~2")[..9]).Read("restore-point.yaml"));
        git.AssertSound();
    }

    [Theory]
    [InlineData("main")]
    [InlineData("main^{tree}")]
    [InlineData("main:clusters/prod-a")]
    public void A_corrupted_commit_or_tree_stops_the_export(string revision)
    {
        _repository.Commit(("a", "1"));
        Corrupt(revision);

        Assert.Contains("git fsck", Refused(() => _repository.Commit(("a", "2"))).Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_corrupted_or_missing_file_is_not_read(bool missing)
    {
        _repository.Commit(("restore-point.yaml", "1"), ("a", "2"));
        Corrupt("main:clusters/prod-a/a", missing);
        using var store = _repository.Open();
        var tree = store.Open(TestRepository.Cluster, null);

        Assert.Equal("1"u8.ToArray(), tree.Read("restore-point.yaml"));
        Refused(() => tree.Read("a"));
    }

    [Fact]
    public void A_branch_that_holds_rubbish_is_refused()
    {
        _repository.Commit(("a", "1"));
        File.WriteAllText(_repository.File("refs/heads/main"), "rubbish\n");
        Refused(() => _repository.Commit(("a", "2")));

        File.WriteAllText(_repository.File("refs/heads/main"), new string('1', 40) + "\n");
        Refused(() => _repository.Commit(("a", "2")));

        File.WriteAllText(_repository.File("refs/heads/main"), "ref: refs/heads/other\n");
        _repository.Import("M 100644 inline theirs\ndata 1\nt\n", "other");
        Refused(() => _repository.Commit(("a", "2")));
    }

    [Fact]
    public void A_file_name_of_others_that_we_cannot_keep_is_refused_not_changed()
    {
        _repository.Import("M 100644 inline \"caf\\351\"\ndata 1\nt\n");
        var before = _repository.Git.Run("rev-parse", "main");

        Refused(() => _repository.Commit(("a", "2")));

        Assert.Equal(before, _repository.Git.Run("rev-parse", "main"));
    }

    [Fact]
    public void A_file_where_the_folder_of_clusters_must_be_is_refused()
    {
        _repository.Import("M 100644 inline clusters\ndata 1\nt\n");

        Refused(() => _repository.Commit(("a", "2")));
    }

    [Fact]
    public void A_word_that_means_two_commits_is_ambiguous_and_a_tree_is_no_commit()
    {
        _repository.Commit(("restore-point.yaml", "1"));
        _repository.Git.Run("tag", "both", "main");
        _repository.Commit(("restore-point.yaml", "2"));
        _repository.Git.Run("branch", "both", "main");
        _repository.Git.Run("tag", "tree", "main^{tree}");
        using var store = _repository.Open();

        Assert.Contains("ambiguous", Unknown(store, "both").Message, StringComparison.Ordinal);
        Assert.Contains("not a commit", Unknown(store, "tree").Message, StringComparison.Ordinal);
        Assert.Contains("not a commit", Unknown(store, _repository.Git.Run("rev-parse", "main^{tree}").TrimEnd()).Message, StringComparison.Ordinal);
        Assert.NotNull(store.Open(TestRepository.Cluster, "refs/tags/both"));
    }

    [Fact]
    public void A_tag_of_a_commit_that_is_not_there_is_refused()
    {
        _repository.Commit(("restore-point.yaml", "1"));
        using var store = _repository.Open();

        Assert.Equal(
            Fault.RestorePoint,
            Assert.Throws<RunAiDrException>(() => store.Tag("prod-a", "x", new CommitId(new string('1', 40)), "m")).Fault);
    }

    private static GitStateStore Open(string path) => GitStateStore.Open(new GitStateOptions { Path = path }, TestRepository.Clock);

    private static RunAiDrException Refused(Func<object?> work)
    {
        var failure = Assert.Throws<RunAiDrException>(work);
        Assert.Equal(Fault.Repository, failure.Fault);
        return failure;
    }

    private static RunAiDrException Unknown(GitStateStore store, string reference)
    {
        var failure = Assert.Throws<RunAiDrException>(() => store.Open(TestRepository.Cluster, reference));
        Assert.Equal(Fault.RestorePoint, failure.Fault);
        return failure;
    }

    private void Corrupt(string revision, bool remove = false)
    {
        var id = _repository.Git.Run("rev-parse", revision).TrimEnd();
        var path = _repository.File($"objects/{id[..2]}/{id[2..]}");
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        bytes[^6] ^= 0x5A;
        if (!remove)
        {
            File.WriteAllBytes(path, bytes);
        }
    }
}
