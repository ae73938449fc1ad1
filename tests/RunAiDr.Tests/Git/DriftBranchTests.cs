using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git;

public sealed class DriftBranchTests : IDisposable
{
    private const string Cluster = TestRepository.Cluster;
    private const string Drift = "drift/" + Cluster;

    private readonly TestRepository _repository = new();

    public DriftBranchTests() => _repository.Commit(("restore-point.yaml", "a: 1\n"), ("templates/a.yaml", "a: 1\n"));

    [Fact]
    public void What_is_observed_goes_to_the_drift_branch_and_the_branch_of_record_stays()
    {
        var before = Sha("main");

        Observe("2");

        Assert.Equal(before, Sha("main"));
        Assert.Equal(before, Sha($"{Drift}^"));
        using var store = Open();
        Assert.Equal(Sha("main"), store.Open(Cluster, null).Id.Sha);
        Assert.Equal(Sha("main"), store.Recorded(Cluster)?.Id.Sha);
        Assert.Equal(Sha(Drift), store.Tip(Cluster)?.Id.Sha);
        Assert.Equal(["kubectl-edit"], store.ActorsSinceRecorded());
    }

    [Fact]
    public void Before_the_first_merge_the_remedy_names_the_drift_branch()
    {
        const string Other = "prod-b";
        using var store = GitStateStore.Open(_repository.Options with { ReviewedCluster = Other }, TestRepository.Clock);
        using (var writer = store.Begin(Other))
        {
            TestRepository.Fill(writer, ("restore-point.yaml", "a: 1\n"));
            writer.Commit(TestRepository.Text);
        }

        Assert.Contains($"merge drift/{Other}", Assert.Throws<RunAiDrException>(() => store.Open(Other, null)).Remedy, StringComparison.Ordinal);
        Assert.NotNull(store.Open(Other, $"drift/{Other}"));
    }

    [Fact]
    public void After_a_merge_commit_the_drift_branch_goes_on_from_there()
    {
        Observe("2");
        Merge("--no-ff");

        Follow();

        Assert.Equal(Sha("main"), Sha(Drift));
        Assert.Empty(Actors());
    }

    [Fact]
    public void After_a_squash_the_drift_branch_merges_what_came_of_it_and_nothing_differs()
    {
        Observe("2");
        var tip = Sha(Drift);
        Merge("--squash");

        Follow();
        Follow();

        Assert.Equal($"{tip} {Sha("main")}", _repository.Git.Run("show", "-s", "--format=%P", Drift).Trim());
        Assert.Equal(Tree("main"), Tree(Drift));
        Assert.Empty(Actors());
        Observe("3");
        Assert.Equal("a: 3", _repository.Git.Run("show", $"{Drift}:clusters/{Cluster}/templates/a.yaml").Trim());
    }

    [Fact]
    public void What_was_observed_after_the_merge_is_kept_and_files_of_others_come_along()
    {
        Observe("2");
        Merge("--no-ff");
        using (var store = Open())
        {
            store.Amend(Cluster, store.Tip(Cluster)!.TreeId, [new StateEdit("templates/a.yaml", "a: 3\n"u8.ToArray())], Text("runai-backend"));
        }

        CommitElsewhere("README.md", "of others\n");

        Follow();

        Assert.Equal("a: 3", _repository.Git.Run("show", $"{Drift}:clusters/{Cluster}/templates/a.yaml").Trim());
        Assert.Equal("of others", _repository.Git.Run("show", $"{Drift}:README.md").Trim());
        Assert.Equal(["runai-backend"], Actors());
        Assert.Equal($"clusters/{Cluster}/templates/a.yaml", _repository.Git.Run("diff", "--name-only", "main", Drift).Trim());
    }

    [Theory]
    [InlineData("--no-ff")]
    [InlineData("--ff")]
    [InlineData("--squash")]
    [InlineData("rebase")]
    public void A_merge_of_any_kind_that_is_taken_back_leaves_what_was_observed_as_drift(string how)
    {
        Observe("2");
        CommitElsewhere("README.md", "of others\n");
        Merge(how);
        Follow();
        Assert.Equal(Tree("main"), Tree(Drift));
        Assert.Empty(Actors());

        TakeBack();
        Follow();

        Assert.Equal("a: 2", _repository.Git.Run("show", $"{Drift}:clusters/{Cluster}/templates/a.yaml").Trim());
        Assert.Equal($"clusters/{Cluster}/templates/a.yaml", _repository.Git.Run("diff", "--name-only", "main", Drift).Trim());
        Assert.Equal(0, _repository.Git.Try([], "merge-base", "--is-ancestor", "main", Drift).Code);
    }

    [Fact]
    public void A_merge_that_was_taken_back_before_anybody_followed_is_drift_too()
    {
        Observe("2");
        Merge("--no-ff");
        TakeBack();

        Follow();
        var tip = Sha(Drift);
        Follow();
        Observe("2");

        Assert.Equal(tip, Sha(Drift));
        Assert.Equal($"clusters/{Cluster}/templates/a.yaml", _repository.Git.Run("diff", "--name-only", "main", Drift).Trim());
    }

    [Fact]
    public void Snapshot_references_come_to_the_branch_of_record_with_the_next_merge_and_not_before()
    {
        Observe("1");
        using (var store = Open())
        {
            store.Amend(Cluster, store.Tip(Cluster)!.TreeId, [new StateEdit("snapshots/database.yaml", "a: 1\n"u8.ToArray())], Text("runai-dr"));
        }

        Follow();
        Assert.NotEqual(0, _repository.Git.Try([], "cat-file", "-e", $"main:clusters/{Cluster}/snapshots/database.yaml").Code);
        Observe("2");
        Merge("--squash");
        Follow();

        Assert.Equal("a: 1", _repository.Git.Run("show", $"main:clusters/{Cluster}/snapshots/database.yaml").Trim());
        Assert.Equal(Tree("main"), Tree(Drift));
    }

    [Fact]
    public void Observed_as_recorded_makes_no_commit()
    {
        Observe("1");

        Assert.Equal(Sha("main"), Sha(Drift));
    }

    public void Dispose() => _repository.Dispose();

    private GitStateStore Open() => GitStateStore.Open(_repository.Options with { ReviewedCluster = Cluster }, TestRepository.Clock);

    private void Observe(string value)
    {
        using var store = Open();
        using var writer = store.Begin(Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "a: 1\n"), ("templates/a.yaml", $"a: {value}\n"));
        writer.Commit(Text("kubectl-edit"));
    }

    private void Follow()
    {
        using var store = Open();
        store.FollowRecord();
    }

    private IReadOnlyList<string> Actors()
    {
        using var store = Open();
        return store.ActorsSinceRecorded();
    }

    // As a forge does it, in a work tree of its own.
    private void Merge(string how) => InClone(git =>
    {
        if (how == "rebase")
        {
            git(["cherry-pick", $"main..origin/{Drift}"]);
            return;
        }

        git(["merge", how, "-m", "Merge", $"origin/{Drift}"]);
        if (how == "--squash")
        {
            git(["commit", "-m", "Squashed"]);
        }
    });

    private void TakeBack() => InClone(git => git(
        _repository.Git.Try([], "rev-parse", "--verify", "--quiet", "main^2").Code == 0
            ? ["revert", "--no-edit", "-m", "1", "HEAD"]
            : ["revert", "--no-edit", "HEAD"]));

    private void CommitElsewhere(string path, string content) => InClone(git =>
    {
        File.WriteAllText(Path.Combine(_repository.Beside("work"), path), content);
        git(["add", path]);
        git(["commit", "-m", "Add"]);
    });

    private void InClone(Action<Action<string[]>> work)
    {
        var folder = _repository.Beside("work");
        if (!Directory.Exists(folder))
        {
            _repository.Git.Run("clone", "-q", _repository.Options.Path, folder);
        }

        var git = new GitProgram(folder);
        git.Run("fetch", "-q", "origin");
        git.Run("reset", "-q", "--hard", "origin/main");
        work(arguments => git.Run(arguments));
        git.Run("push", "-q", "origin", "HEAD:refs/heads/main");
    }

    private static CommitText Text(string manager) => new("change", "", [new("Cluster", Cluster), new("Cluster-Revision", "7"), new("Changed-By", manager)]);

    private string Sha(string revision) => _repository.Git.Run("rev-parse", revision).Trim();

    private string Tree(string revision) => _repository.Git.Run("rev-parse", $"{revision}^{{tree}}").Trim();
}
