using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Tests.Git.Signing;

/// <summary>A signature covers the whole repository, but vouches only for what its signer has changed.</summary>
public sealed class VouchedStateTests : IDisposable
{
    private const string Folder = "clusters/prod-a";

    private readonly SignatureWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_signed_commit_of_another_cluster_does_not_vouch_for_what_somebody_put_here()
    {
        _world.Forge("restore-point.yaml", "forged\n");
        using (var writer = _world.Store.Begin("prod-b"))
        {
            TestRepository.Fill(writer, ("restore-point.yaml", "of b"));
            writer.Commit(TestRepository.Text);
        }

        var verdict = _world.Check("main");

        Assert.Equal(SignatureState.NotSigned, verdict.State);
        Assert.Contains("as it was left on 20", verdict.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_commit_beside_the_cluster_does_not_have_to_be_signed()
    {
        _world.ForgeAt("README.md", "Written by a person\n");

        Assert.Equal(SignatureState.Good, _world.Check("main").State);
    }

    [Fact]
    public void A_merge_vouches_for_nothing_that_it_only_merged()
    {
        var tree = _world.Git("rev-parse", "main^{tree}");
        var root = _world.Git("rev-list", "--max-parents=0", "main");
        var merge = _world.Git("-c", "user.name=p", "-c", "user.email=p@p", "commit-tree", tree, "-p", root, "-p", "main", "-m", "Merge");
        _world.Point("refs/heads/main", merge);

        Assert.Equal(SignatureState.Good, _world.Check("main").State);
    }

    [Fact]
    public void An_old_state_under_a_new_commit_is_told_with_its_own_date()
    {
        var first = _world.Git("rev-parse", "main~1^{tree}");
        var newer = _world.Git("-c", "user.name=p", "-c", "user.email=p@p", "commit-tree", first, "-p", _world.First.Sha, "-m", "Newest");
        _world.Point("refs/heads/main", newer);

        var verdict = _world.Check("main");

        Assert.Equal(SignatureState.Good, verdict.State);
        Assert.Contains("as it was left on 20", verdict.Finding, StringComparison.Ordinal);
        Assert.Contains(_world.First.Sha, verdict.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_else_put_into_the_folder_is_not_carried_into_a_signed_commit()
    {
        Snapshot("ours\n");
        _world.Forge("snapshots/database.yaml", "forged\n");
        _world.Forge("snapshots/metrics.yaml", "forged\n");
        using var store = Strict();

        var (commit, changes) = Export(store, "third");

        Assert.Equal("ours", _world.Git("show", $"{commit}:{Folder}/snapshots/database.yaml"));
        Assert.DoesNotContain("metrics.yaml", _world.Git("ls-tree", "-r", "--name-only", commit), StringComparison.Ordinal);
        Assert.Contains(new StateChange(StateChangeKind.Deleted, "snapshots/metrics.yaml"), changes);
        Assert.Equal(SignatureState.Good, SignatureWorld.Check(store, "main").State);
    }

    [Fact]
    public void What_may_be_taken_over_is_the_newest_state_that_is_vouched_for()
    {
        using var store = Strict();
        Assert.Equal(_world.Second, store.TrustedTip(TestRepository.Cluster)?.Id);

        _world.Forge("secrets/values/runai-backend.age", "forged\n");

        Assert.Equal(_world.Second, store.TrustedTip(TestRepository.Cluster)?.Id);
        Assert.NotEqual(_world.Second, store.Tip(TestRepository.Cluster)?.Id);
        Assert.Equal(_world.Store.Tip(TestRepository.Cluster)?.Id, _world.Store.TrustedTip(TestRepository.Cluster)?.Id);
    }

    private GitStateStore Strict() =>
        GitStateStore.Open(_world.Options with { RequiresSignatures = true }, TestRepository.Clock);

    private void Snapshot(string content)
    {
        using var writer = _world.Store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", "second"), ("snapshots/database.yaml", content));
        writer.ReplaceSnapshots();
        writer.Commit(TestRepository.Text);
    }

    private static (string Commit, IReadOnlyList<StateChange> Changes) Export(GitStateStore store, string content)
    {
        using var writer = store.Begin(TestRepository.Cluster);
        TestRepository.Fill(writer, ("restore-point.yaml", content));
        var changes = writer.Changes();
        return (writer.Commit(TestRepository.Text)!.Value.Sha, changes);
    }
}
