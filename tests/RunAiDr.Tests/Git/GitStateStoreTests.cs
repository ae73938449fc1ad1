using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

/// <summary>The contract on a real repository, and what the real git says of it.</summary>
public sealed class GitStateStoreTests : StateStoreContract, IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly GitStateStore _store;

    public GitStateStoreTests() => _store = _repository.Open();

    protected override IStateStore Store => _store;

    private GitProgram Git => _repository.Git;

    public void Dispose()
    {
        _store.Dispose();
        _repository.Dispose();
    }

    [Fact]
    public void A_large_export_becomes_one_pack_that_git_finds_sound()
    {
        Commit(TestRepository.Many(500));

        Git.AssertSound();
        Git.Run("verify-pack", "-v", Directory.GetFiles(_repository.Packs, "*.idx").Single());
        Assert.Equal(500, _repository.Files().Length);
        Assert.Equal("content 499\n", Git.Run("show", "main:clusters/prod-a/namespaces/ns-9/f-499.yaml"));
        Assert.Empty(Directory.GetFiles(_repository.Packs, "tmp_*"));
    }

    [Fact]
    public void A_pack_holds_objects_of_every_size_of_header()
    {
        (string, string)[] files = [.. Enumerable.Range(0, 100).Select(i => ($"f{i}", new string((char)('a' + (i % 26)), i * i * i)))];
        Commit(files);

        Git.AssertSound();
        Assert.Equal(99 * 99 * 99, Git.Run("show", "main:clusters/prod-a/f99").Length);
        Assert.Equal(99 * 99 * 99, Store.Tip(Cluster)!.Files.Single(f => f.Path == "f99").Size);
    }

    [Fact]
    public void The_repository_survives_clone_and_gc()
    {
        Commit(TestRepository.Many(200));
        Commit(("restore-point.yaml", "1"));
        var tree = Store.Tip(Cluster)!.TreeId;

        Git.Run("clone", "--quiet", ".", _repository.Beside("clone"));
        Git.Run("gc", "--quiet", "--prune=now");

        Assert.Equal("1", File.ReadAllText(_repository.Beside("clone/clusters/prod-a/restore-point.yaml")));
        Assert.Equal(tree, Store.Tip(Cluster)!.TreeId);
        Assert.NotNull(Commit(TestRepository.Many(201)));
        Git.AssertSound();
    }

    [Fact]
    public void A_commit_has_subject_body_trailers_author_and_time_of_the_clock()
    {
        using (var writer = Store.Begin(Cluster))
        {
            writer.Put("a", "1"u8);
            writer.Commit(new CommitText(
                "team-a: change\nRoleBinding", "line 1\r\n\0line 2\n\n", [new("Cluster", "prod-a"), new("Changed-By", "kubectl\nForged: yes\ud800")]));
        }

        Assert.Equal(
            "team-a: change RoleBinding\n\nline 1\n line 2\n\nCluster: prod-a\nChanged-By: kubectl Forged: yes\ufffd\n",
            Git.Run("cat-file", "commit", "main").Split("\n\n", 2)[1]);
        Assert.Equal(
            ["Cluster: prod-a", "Changed-By: kubectl Forged: yes\ufffd"],
            Git.Lines("log", "--format=%(trailers:only)", "main"), StringComparer.Ordinal);
        Assert.Equal(
            "DR Bot|dr@example.org|2026-03-04T03:06:07+00:00|DR Bot|dr@example.org|2026-03-04T03:06:07+00:00",
            Git.Run("log", "--format=%an|%ae|%aI|%cn|%ce|%cI", "main").TrimEnd());
        Assert.Equal(TestRepository.Clock.GetUtcNow(), Store.Tip(Cluster)!.CommittedAt);
    }

    [Fact]
    public void The_same_files_at_the_same_time_give_the_same_commit_id()
    {
        using var other = new TestRepository();

        Assert.Equal(other.Commit(TestRepository.Many(100)), _repository.Commit(TestRepository.Many(100).Reverse().ToArray()));
    }

    [Fact]
    public void Files_of_other_people_and_snapshot_references_stay_as_they_are()
    {
        _repository.Import(
            "M 100755 inline run.sh\ndata 2\n#!\nM 120000 inline link\ndata 6\nrun.sh\n"
            + "M 160000 1111111111111111111111111111111111111111 sub\nM 100644 inline clusters/README\ndata 1\nr\n"
            + "M 100644 inline clusters/prod-a/snapshots/database.yaml\ndata 1\nd\n"
            + "M 100644 inline clusters/prod-a/old.yaml\ndata 1\no\n");
        var before = Git.Lines("ls-tree", "-r", "main");

        Commit(("new.yaml", "n"));

        var after = Git.Lines("ls-tree", "-r", "main");
        Assert.Equal(["old.yaml"], before.Except(after, StringComparer.Ordinal).Select(line => line.Split('/')[^1]), StringComparer.Ordinal);
        Assert.Equal(["new.yaml"], after.Except(before, StringComparer.Ordinal).Select(line => line.Split('/')[^1]), StringComparer.Ordinal);
    }

    [Fact]
    public void Snapshot_references_are_neither_changed_nor_deleted_by_an_export()
    {
        Commit(("a", "1"), ("snapshots/database.yaml", "d"));
        using var writer = Store.Begin(Cluster);
        writer.Put("a", "1"u8);

        Assert.Empty(writer.Changes());
        Assert.Equal((0, 1), writer.Deletions());
        Assert.Null(writer.Commit(Text));

        Commit(("a", "1"), ("snapshots/metrics.yaml", "m"));
        AssertPaths(["a", "snapshots/database.yaml", "snapshots/metrics.yaml"], Store.Tip(Cluster));
    }

    [Fact]
    public void Only_what_changed_is_stored()
    {
        Commit(TestRepository.Many(200));
        var before = Git.Lines("cat-file", "--batch-all-objects", "--batch-check");

        Commit([.. TestRepository.Many(200)[1..], ("namespaces/ns-0/moved.yaml", "content 0\n"), ("namespaces/ns-3/new.yaml", "new")]);

        // One blob; the trees ns-0, ns-3, namespaces, prod-a, clusters and the root; the commit.
        Assert.Equal(before.Length + 8, Git.Lines("cat-file", "--batch-all-objects", "--batch-check").Length);
        Assert.Single(Directory.GetFiles(_repository.Packs, "*.pack"));
    }

    [Fact]
    public void A_tag_is_annotated_and_keeps_its_message()
    {
        var id = Commit(("restore-point.yaml", "1"))!.Value;

        var name = Store.Tag(Cluster, "before-upgrade", id, "Before the upgrade\n\n# 3 snapshots");

        Assert.Equal(
            $"object {id}\ntype commit\ntag {name}\ntagger DR Bot <dr@example.org> 1772593567 +0000\n\nBefore the upgrade\n\n# 3 snapshots\n",
            Git.Run("cat-file", "tag", $"refs/tags/{name}"));
        Git.AssertSound();
    }

    [Fact]
    public void Only_regular_files_are_restorable()
    {
        _repository.Import(
            "M 100644 inline clusters/prod-a/restore-point.yaml\ndata 1\nr\nM 100755 inline clusters/prod-a/x.sh\ndata 2\n#!\n"
            + "M 120000 inline clusters/prod-a/link\ndata 11\n/etc/passwd\n"
            + "M 160000 1111111111111111111111111111111111111111 clusters/prod-a/sub\n");

        var tree = Store.Open(Cluster, "main");

        Assert.Equal(
            ["link 11 False", "restore-point.yaml 1 True", "sub 0 False", "x.sh 2 True"],
            tree.Files.Select(f => $"{f.Path} {f.Size} {f.IsRegular}"), StringComparer.Ordinal);
        Assert.Null(tree.Read("link"));
        Assert.Null(tree.Read("sub"));
        Commit(("restore-point.yaml", "r"));
        AssertPaths(["restore-point.yaml"], Store.Tip(Cluster));
        Git.AssertSound();
    }
}
