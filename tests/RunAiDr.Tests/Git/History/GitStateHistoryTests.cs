using System.Globalization;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.History;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Tests.Git.History;

public sealed class GitStateHistoryTests : IDisposable
{
    private const string Folder = $"clusters/{TestRepository.Cluster}";
    private readonly TestRepository _repository = new();

    private string IndexFile => _repository.File($"runai-dr/history-{TestRepository.Cluster}");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Each_commit_is_told_with_the_files_it_changed_the_newest_first()
    {
        var first = _repository.Commit(("a.yaml", "1"), ("b.yaml", "1"));
        var second = _repository.Commit(("a.yaml", "2"), ("c.yaml", "1"));

        var entries = Entries();

        Assert.Equal([second, first], entries.Select(entry => (CommitId?)entry.Commit));
        Assert.Equal(
            [
                new(StateChangeKind.Changed, "a.yaml"), new(StateChangeKind.Deleted, "b.yaml"), new(StateChangeKind.Added, "c.yaml"),
            ],
            entries[0].Changes);
        Assert.Equal(("export", TestRepository.Clock.GetUtcNow()), (entries[0].Subject, entries[0].At));
    }

    [Fact]
    public void Who_changed_the_cluster_is_told_or_else_who_committed()
    {
        _repository.Commit(("a.yaml", "1"));
        using (var store = _repository.Open())
        using (var writer = store.Begin(TestRepository.Cluster))
        {
            TestRepository.Fill(writer, ("a.yaml", "2"));
            writer.Commit(new CommitText("changed", "", [new("Cluster", "prod-a"), new("Changed-By", "kubectl"), new("Changed-By", "helm")]));
        }

        Assert.Equal([["kubectl", "helm"], ["DR Bot"]], Entries().Select(entry => entry.Actors));
    }

    [Fact]
    public void A_file_or_folder_is_told_with_its_secrets_and_without_all_else()
    {
        _repository.Commit(("namespaces/a/x.yaml", "1"), ("namespaces/ab/x.yaml", "1"), ("values/r.yaml", "1"));
        _repository.Commit(
            ("namespaces/a/x.yaml", "1"), ("namespaces/ab/x.yaml", "2"), ("values/r.yaml", "1"), ("secrets/values/r.macs.yaml", "1"));

        Assert.Single(Entries(path: "namespaces/a/"));
        Assert.Equal(2, Entries(path: "namespaces/ab/x.yaml").Count);
        Assert.Empty(Entries(path: "namespaces"));
        Assert.Equal(["secrets/values/r.macs.yaml"], Entries(path: "values/r.yaml")[0].Changes.Select(change => change.Path));
    }

    [Fact]
    public void A_merge_counts_with_what_it_brought_to_the_branch_of_record()
    {
        _repository.Commit(("a.yaml", "1"));
        _repository.Git.Run("branch", "drift", "main");
        _repository.Import($"M 100644 inline {Folder}/a.yaml\ndata 1\n2\n", "drift");
        _repository.Import($"M 100644 inline {Folder}/b.yaml\ndata 1\n2\n", "drift");
        _repository.Import("M 100644 inline elsewhere\ndata 1\n2\n");
        _repository.Import(
            $"merge refs/heads/drift^0\nM 100644 inline {Folder}/a.yaml\ndata 1\n2\nM 100644 inline {Folder}/b.yaml\ndata 1\n2\n");

        var entries = Entries();

        Assert.Equal([["a.yaml", "b.yaml"], ["a.yaml"]], entries.Select(entry => entry.Changes.Select(change => change.Path)));
        Assert.Equal(_repository.Git.Lines("rev-parse", "main")[0], entries[0].Commit.Sha);
    }

    [Fact]
    public void A_renamed_file_is_deleted_and_added()
    {
        _repository.Commit(("a.yaml", "the same content"));
        _repository.Commit(("b.yaml", "the same content"));

        Assert.Equal(
            [new(StateChangeKind.Deleted, "a.yaml"), new(StateChangeKind.Added, "b.yaml")], Entries()[0].Changes);
    }

    [Fact]
    public void A_cluster_that_was_absent_for_a_while_has_a_history_on_both_sides()
    {
        _repository.Commit(("a.yaml", "1"));
        _repository.Import($"D {Folder}\n");
        _repository.Import("M 100644 inline elsewhere\ndata 1\n2\n");
        _repository.Commit(("a.yaml", "1"));

        Assert.Equal(
            [StateChangeKind.Added, StateChangeKind.Deleted, StateChangeKind.Added], Entries().Select(entry => entry.Changes.Single().Kind));
    }

    [Fact]
    public void History_grows_with_the_branch_and_begins_where_it_is_asked_to()
    {
        var first = _repository.Commit(("a.yaml", "1"));
        Assert.Single(Entries());
        _repository.Commit(("a.yaml", "2"));
        Assert.Equal(2, Entries().Count);
        var third = _repository.Commit(("a.yaml", "3"));

        Assert.Equal(3, Entries().Count);
        Assert.Equal([first], Entries(from: first?.Sha).Select(entry => (CommitId?)entry.Commit));
        Assert.Equal(third, Entries(from: "main")[0].Commit);
        Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => Entries(from: "nothing")).Fault);
    }

    [Fact]
    public void A_rewritten_branch_has_the_history_of_the_new_one()
    {
        var first = _repository.Commit(("a.yaml", "1"));
        _repository.Commit(("a.yaml", "2"));
        _repository.Commit(("a.yaml", "3"));
        Assert.Equal(3, Entries().Count);
        _repository.Git.Run("update-ref", "refs/heads/main", first!.Value.Sha);
        var other = _repository.Commit(("b.yaml", "1"));

        Assert.Equal([other, first], Entries().Select(entry => (CommitId?)entry.Commit));
        Assert.Equal(Fresh(), Told(Entries()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("something else")]
    [InlineData(null)]
    public void A_damaged_index_is_made_anew(string? content)
    {
        _repository.Commit(("a.yaml", "1"));
        _repository.Commit(("a.yaml", "2"));
        var expected = Told(Entries());
        var whole = File.ReadAllBytes(IndexFile);
        var damaged = content is null ? [.. whole[..^40], (byte)(whole[^40] ^ 1), .. whole[^39..]] : Encoding.ASCII.GetBytes(content);
        File.WriteAllBytes(IndexFile, damaged);

        Assert.Equal(expected, Told(Entries()));
        Assert.Equal(whole, File.ReadAllBytes(IndexFile));
    }

    [Fact]
    public void Without_room_for_an_index_there_is_a_history_too()
    {
        _repository.Commit(("a.yaml", "1"));
        File.WriteAllText(_repository.File("runai-dr"), "a file where the folder would be");

        Assert.Single(Entries());
    }

    [Fact]
    public void A_clone_without_the_oldest_commits_has_the_history_that_it_holds()
    {
        _repository.Commit(("a.yaml", "1"));
        _repository.Commit(("a.yaml", "2"));
        _repository.Git.Run("clone", "--quiet", "--bare", "--depth", "1", $"file://{_repository.Options.Path}", _repository.Beside("clone.git"));
        using var store = GitStateStore.Open(_repository.Options with { Path = _repository.Beside("clone.git") }, TestRepository.Clock);

        Assert.Equal(
            StateChangeKind.Added, store.History.Entries(new(TestRepository.Cluster), default).Single().Changes.Single().Kind);
        Assert.False(Directory.Exists(_repository.Beside("clone.git/runai-dr")));
    }

    [Fact]
    public void A_missing_tree_is_a_fault_of_the_repository()
    {
        _repository.Commit(("a.yaml", "1"));
        _repository.Commit(("a.yaml", "2"));
        var tree = _repository.Git.Lines("rev-parse", $"main~:{Folder}")[0];
        File.Delete(_repository.File($"objects/{tree[..2]}/{tree[2..]}"));

        Assert.Equal(Fault.Repository, Assert.Throws<RunAiDrException>(() => Entries()).Fault);
    }

    [Fact]
    public void Names_that_git_would_quote_are_told_as_they_are()
    {
        _repository.Import($"M 100644 inline \"{Folder}/a\\nb\\033\\303\\244\"\ndata 1\n2\n");

        Assert.Equal("a\nb\u001bä", Entries().Single().Changes.Single().Path);
    }

    [Fact]
    public void Times_bound_what_is_told()
    {
        _repository.Commit(("a.yaml", "1"));
        var at = TestRepository.Clock.GetUtcNow();

        Assert.Single(Entries(new(TestRepository.Cluster) { Since = at, Until = at }));
        Assert.Empty(Entries(new(TestRepository.Cluster) { Since = at.AddSeconds(1) }));
        Assert.Empty(Entries(new(TestRepository.Cluster) { Until = at.AddSeconds(-1) }));
    }

    [Fact]
    public void Five_thousand_commits_are_told_as_git_log_tells_them()
    {
        Import(5000);

        var entries = Entries(path: "namespaces/ns-7/");
        var again = Entries(path: "namespaces/ns-7/");

        Assert.Equal(
            _repository.Git.Lines("log", "--first-parent", "--format=%H", "main", "--", $"{Folder}/namespaces/ns-7/"),
            entries.Select(entry => entry.Commit.Sha));
        Assert.Equal(Told(entries), Told(again));
        Assert.Equal(5000, Entries().Count);
    }

    [Fact]
    public void There_is_no_history_before_the_first_export() => Assert.Empty(Entries());

    [Fact]
    public void A_history_that_nobody_waits_for_ends()
    {
        _repository.Commit(("a.yaml", "1"));
        using var store = _repository.Open();

        Assert.ThrowsAny<OperationCanceledException>(() => store.History.Entries(new(TestRepository.Cluster), new CancellationToken(true)).ToList());
    }

    private void Import(int commits)
    {
        var stream = new StringBuilder();
        for (var commit = 0; commit < commits; commit++)
        {
            stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/main\ncommitter Other <o@example.org> {1700000000 + commit} +0100\ndata 5\nother\n");
            stream.Append(commit == 0 && _repository.Git.Try([], "rev-parse", "--verify", "-q", "main").Code == 0 ? "from refs/heads/main^0\n" : "");
            stream.Append(CultureInfo.InvariantCulture, $"M 100644 inline {Folder}/namespaces/ns-{commit % 40}/f-{commit % 3}.yaml\ndata {commit.ToString(CultureInfo.InvariantCulture).Length}\n{commit}\n");
        }

        _repository.Git.Run(Encoding.ASCII.GetBytes(stream.ToString()), "fast-import", "--quiet");
    }

    private List<HistoryEntry> Entries(string path = "", string? from = null) =>
        Entries(new(TestRepository.Cluster) { Path = path, From = from });

    private List<HistoryEntry> Entries(HistoryQuery query)
    {
        using var store = _repository.Open();
        return [.. store.History.Entries(query, default)];
    }

    private List<string> Fresh()
    {
        File.Delete(IndexFile);
        return Told(Entries());
    }

    private static List<string> Told(IEnumerable<HistoryEntry> entries) =>
        [.. entries.Select(entry => $"{entry.Commit} {entry.At:O} {string.Join(',', entry.Changes)}")];
}
