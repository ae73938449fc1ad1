using RunAiDr.Core;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Git.Remote;

public sealed class GitRemoteTests : IDisposable
{
    private readonly RemoteWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task An_empty_remote_gets_branch_and_tags()
    {
        using var writer = _world.Writer("prod-a");
        var commit = writer.Commit(("restore-point.yaml", "a\n"))!.Value;
        writer.Store.Tag("prod-a", "first", commit, "The first");
        Assert.Equal(1, writer.Remote.Ahead());

        Assert.Equal(new RemoteOutcome(0, 1, false), await writer.SynchronizeAsync());

        Assert.Equal(commit.Sha + "\n", _world.Git.Run("rev-parse", "main"));
        Assert.Equal("tag\n", _world.Git.Run("cat-file", "-t", "dr/prod-a/first"));
        Assert.Equal(0, writer.Remote.Ahead());
        Assert.Equal(new RemoteOutcome(0, 0, false), await writer.SynchronizeAsync());
        _world.Git.AssertSound();
        writer.Git.AssertSound();
    }

    [Fact]
    public async Task A_tag_deleted_on_one_side_goes_on_the_other_and_comes_back_from_nowhere()
    {
        using var writer = _world.Writer("prod-a");
        using var other = _world.Writer("prod-a", options => options with { Repository = options.Repository with { Path = _world.File("other.git") } });
        var commit = writer.Commit(("restore-point.yaml", "a\n"))!.Value;
        writer.Store.Tag("prod-a", "first", commit, "The first");
        writer.Store.Tag("prod-a", "second", commit, "The second");
        await writer.SynchronizeAsync();
        await other.SynchronizeAsync();
        Assert.Equal(["dr/prod-a/first", "dr/prod-a/second"], other.Git.Lines("tag"));

        writer.Store.DeleteTag("prod-a", "first");
        await writer.SynchronizeAsync();
        await other.SynchronizeAsync();

        Assert.Equal(["dr/prod-a/second"], _world.Git.Lines("tag"));
        Assert.Equal(["dr/prod-a/second"], other.Git.Lines("tag"));
        _world.Git.Run("tag", "-d", "dr/prod-a/second");
        other.Store.Tag("prod-a", "third", commit, "The third");
        await other.SynchronizeAsync();
        await writer.SynchronizeAsync();
        Assert.Equal(["dr/prod-a/third"], _world.Git.Lines("tag"));
        Assert.Equal(["dr/prod-a/third"], writer.Git.Lines("tag"));

        writer.Store.Tag("prod-a", "first", commit, "Again");
        await writer.SynchronizeAsync();
        await other.SynchronizeAsync();
        Assert.Equal(["dr/prod-a/first", "dr/prod-a/third"], other.Git.Lines("tag"));
    }

    [Fact]
    public async Task A_remote_that_was_made_anew_has_deleted_no_tag()
    {
        using var writer = _world.Writer("prod-a");
        var commit = writer.Commit(("restore-point.yaml", "a\n"))!.Value;
        writer.Store.Tag("prod-a", "first", commit, "The first");
        await writer.SynchronizeAsync();
        _world.Git.Run("tag", "-d", "dr/prod-a/first");
        _world.Git.Run("update-ref", "-d", "refs/heads/main");

        await writer.SynchronizeAsync();

        Assert.Equal(["dr/prod-a/first"], _world.Git.Lines("tag"));
        Assert.Equal(commit.Sha, _world.Git.Run("rev-parse", "main").Trim());
    }

    [Fact]
    public async Task What_others_pushed_is_taken()
    {
        using var writer = _world.Writer("prod-a");
        _world.Import("docs/a.md", "theirs");
        _world.Git.Run("tag", "-a", "-m", "theirs", "v1", "main");

        Assert.Equal(new RemoteOutcome(1, 0, false), await writer.SynchronizeAsync());

        Assert.Equal("theirs", writer.Git.Run("show", "main:docs/a.md"));
        Assert.Equal("tag\n", writer.Git.Run("cat-file", "-t", "v1"));
        _world.Import("docs/b.md", "more");
        Assert.Equal(new RemoteOutcome(1, 0, false), await writer.SynchronizeAsync());
        Assert.Equal(0, writer.Remote.Ahead());
    }

    [Fact]
    public async Task Commits_are_put_onto_what_others_pushed_meanwhile()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"), ("a.yaml", "1\n"), ("b.yaml", "1\n"));
        await writer.SynchronizeAsync();
        _world.Import("docs/a.md", "theirs");
        _world.Import("clusters/other/x.yaml", "theirs");
        _world.Import("clusters/prod-a/snapshots/database.yaml", "snapshot");
        _world.Import("clusters/prod-a/b.yaml", "by hand");
        writer.Commit(("restore-point.yaml", "1\n"), ("a.yaml", "2\n"), ("b.yaml", "1\n"));
        writer.Commit(("restore-point.yaml", "1\n"), ("b.yaml", "1\n"), ("c.yaml", "3\n"));
        var log = writer.Git.Run("log", "-2", "--format=%an %ae %at %cn %ct %B", "main");
        Assert.Equal(2, writer.Remote.Ahead());

        Assert.Equal(new RemoteOutcome(4, 2, true), await writer.SynchronizeAsync());

        Assert.Equal(log, _world.Git.Run("log", "-2", "--format=%an %ae %at %cn %ct %B", "main"));
        Assert.Equal(
            ["b.yaml", "c.yaml", "restore-point.yaml", "snapshots/database.yaml"],
            _world.Git.Lines("ls-tree", "-r", "--name-only", "main:clusters/prod-a"));
        Assert.Equal("1\n", _world.Show("clusters/prod-a/b.yaml"));
        Assert.Equal("2\n", _world.Git.Run("show", "main~1:clusters/prod-a/a.yaml"));
        Assert.Equal("theirs", _world.Show("clusters/other/x.yaml"));
        Assert.Equal("theirs", _world.Show("docs/a.md"));
        Assert.Equal(writer.Tip(), _world.Git.Run("rev-parse", "main").Trim());
        writer.Git.AssertSound();
    }

    [Fact]
    public async Task A_commit_of_an_older_revision_does_not_bring_an_old_state_back()
    {
        using var deposed = _world.Writer("prod-a");
        deposed.Commit(("restore-point.yaml", "1\n"), ("a.yaml", "1\n"));
        await deposed.SynchronizeAsync();
        using var leader = _world.Writer("prod-a", options => options with { Repository = options.Repository with { Path = _world.File("leader.git") } });
        await leader.SynchronizeAsync();
        deposed.Commit(At(7), ("restore-point.yaml", "1\n"), ("a.yaml", "at 7\n"));
        leader.Commit(At(9), ("restore-point.yaml", "1\n"), ("a.yaml", "at 9\n"));
        await leader.SynchronizeAsync();

        Assert.Equal(new RemoteOutcome(1, 0, true), await deposed.SynchronizeAsync());
        Assert.Equal("at 9\n", _world.Show("clusters/prod-a/a.yaml"));

        deposed.Commit(At(12), ("restore-point.yaml", "1\n"), ("a.yaml", "at 12\n"));
        leader.Commit(At(11), ("restore-point.yaml", "1\n"), ("a.yaml", "at 11\n"));
        await leader.SynchronizeAsync();
        Assert.Equal(new RemoteOutcome(1, 1, true), await deposed.SynchronizeAsync());
        Assert.Equal("at 12\n", _world.Show("clusters/prod-a/a.yaml"));

        static CommitText At(int revision) => new(
            $"at {revision}", "body", [new("Cluster", "prod-a"), new("Cluster-Revision", $"{revision}")]);
    }

    [Fact]
    public async Task A_commit_that_changes_nothing_on_the_newer_tip_is_left_out()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        await writer.SynchronizeAsync();
        _world.Import("clusters/prod-a/a.yaml", "new");
        writer.Commit(("restore-point.yaml", "1\n"), ("a.yaml", "new"));

        Assert.Equal(new RemoteOutcome(1, 0, true), await writer.SynchronizeAsync());

        Assert.Equal(2, _world.Count());
    }

    [Fact]
    public async Task A_seeded_repository_meets_a_remote_with_a_history_of_its_own()
    {
        _world.Import("README.md", "theirs");
        _world.Import("clusters/other/x.yaml", "theirs");
        using var writer = _world.Writer("prod-a", seeded: true);
        writer.Commit(("restore-point.yaml", "1\n"));

        Assert.True((await writer.SynchronizeAsync()).Replayed);

        Assert.Equal(["README.md", "clusters/other/x.yaml", "clusters/prod-a/restore-point.yaml"], _world.Files());
        Assert.Equal("theirs", _world.Show("README.md"));
        Assert.Equal(3, _world.Count());
    }

    [Fact]
    public async Task Two_writers_that_push_all_the_time_end_with_everything_of_both()
    {
        using var a = _world.Writer("prod-a");
        using var b = _world.Writer("prod-b");

        await Task.WhenAll(WriteAsync(a), WriteAsync(b));
        await a.SynchronizeAsync();
        await b.SynchronizeAsync();
        await a.SynchronizeAsync();

        foreach (var writer in (RemoteWriter[])[a, b])
        {
            Assert.Equal(50, _world.Git.Lines("log", "--format=%H", "main", "--", writer.Folder).Length);
            Assert.Equal("49\n", _world.Show(writer.Folder + "a.yaml"));
            Assert.Equal(_world.Git.Run("rev-parse", "main").Trim(), writer.Tip());
            Assert.Equal(0, writer.Remote.Ahead());
        }

        _world.Git.AssertSound();

        static async Task WriteAsync(RemoteWriter writer)
        {
            for (var i = 0; i < 50; i++)
            {
                await Task.Yield();
                writer.Commit(("restore-point.yaml", "1\n"), ("a.yaml", $"{i}\n"));
                if (i % 5 == 4)
                {
                    await writer.SynchronizeAsync();
                }
            }
        }
    }

    [Fact]
    public async Task Commits_made_during_a_synchronization_are_not_lost()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        await writer.SynchronizeAsync();

        var committing = Task.Run(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                writer.Commit(("restore-point.yaml", $"{i + 2}\n"));
            }
        });
        for (var i = 0; i < 15; i++)
        {
            _world.Import($"docs/{i}.md", "theirs");
            await writer.SynchronizeAsync();
        }

        await committing;
        await writer.SynchronizeAsync();

        Assert.Equal("61\n", _world.Show("clusters/prod-a/restore-point.yaml"));
        Assert.Equal(61, _world.Git.Lines("log", "--format=%H", "main", "--", "clusters/prod-a").Length);
    }

    [Fact]
    public async Task A_deposed_writer_does_not_push()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        _world.Import("docs/a.md", "theirs");

        Assert.Equal(new RemoteOutcome(1, 0, true), await writer.SynchronizeAsync(mayPush: false));

        Assert.Equal(["docs/a.md"], _world.Files());
        Assert.Equal(1, writer.Remote.Ahead());
        Assert.Equal(1, (await writer.SynchronizeAsync()).Pushed);
    }

    [Fact]
    public async Task What_a_hook_declines_is_pushed_once_it_no_longer_does()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        _world.Decline("not on a Friday");

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains("refs/heads/main", failure.Message, StringComparison.Ordinal);
        Assert.Contains("hook", failure.Message, StringComparison.Ordinal);
        writer.Commit(("restore-point.yaml", "2\n"));
        Assert.Equal(2, writer.Remote.Ahead());
        _world.Accept();
        Assert.Equal(2, (await writer.SynchronizeAsync()).Pushed);
        Assert.Equal(0, writer.Remote.Ahead());
    }

    [Fact]
    public async Task A_rewritten_history_is_reported_and_nothing_changed_until_it_is_accepted()
    {
        using var writer = _world.Writer("prod-a");
        _world.Import("docs/secret.md", "oops");
        writer.Commit(("restore-point.yaml", "1\n"));
        await writer.SynchronizeAsync();
        writer.Commit(("restore-point.yaml", "2\n"));
        var before = writer.Tip();
        _world.Git.Run("update-ref", "-d", "refs/heads/main");
        _world.Import("docs/clean.md", "better");

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains("rewritten", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, writer.Tip());
        Assert.Equal(1, _world.Count());
        Assert.Equal(1, writer.Remote.Ahead());

        writer.Git.Run(failure.Remedy.Split('`')[1].Split(' ')[3..]);
        Assert.Equal(1, (await writer.SynchronizeAsync()).Pushed);
        Assert.Equal(["clusters/prod-a/restore-point.yaml", "docs/clean.md"], _world.Files());
    }

    [Fact]
    public async Task What_was_taken_back_on_the_remote_is_not_pushed_again_once_that_is_accepted()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        await writer.SynchronizeAsync();
        _world.Import("docs/secret.md", "oops");
        await writer.SynchronizeAsync();
        _world.Git.Run("update-ref", "refs/heads/main", "main~1");
        writer.Commit(("restore-point.yaml", "2\n"));

        var failure = await writer.FailAsync();
        writer.Git.Run(failure.Remedy.Split('`')[1].Split(' ')[3..]);
        _world.Import("docs/b.md", "theirs");

        Assert.Equal(new RemoteOutcome(1, 1, true), await writer.SynchronizeAsync());
        Assert.Equal(["clusters/prod-a/restore-point.yaml", "docs/b.md"], _world.Files());
        Assert.Equal(new RemoteOutcome(0, 0, false), await writer.SynchronizeAsync());
        Assert.Empty(writer.Git.Lines("for-each-ref", "refs/runai-dr/accepted"));
    }

    [Fact]
    public async Task Several_clusters_of_one_writer_are_put_onto_the_remote_each_with_its_own_changes()
    {
        using var writer = _world.Writer("prod-a", options => options with { Clusters = ["prod-a", "prod-b"] });
        writer.Commit(("restore-point.yaml", "1\n"));
        await writer.SynchronizeAsync();
        _world.Import("clusters/prod-b/x.yaml", "by another");
        writer.Commit(("restore-point.yaml", "2\n"));

        Assert.True((await writer.SynchronizeAsync()).Replayed);

        Assert.Equal("by another", _world.Show("clusters/prod-b/x.yaml"));
        Assert.Equal("2\n", _world.Show("clusters/prod-a/restore-point.yaml"));
    }

    [Fact]
    public async Task A_hook_that_declines_only_a_tag_lets_the_branch_through()
    {
        using var writer = _world.Writer("prod-a");
        writer.Store.Tag("prod-a", "x", writer.Commit(("restore-point.yaml", "1\n"))!.Value, "ours");
        _world.Hook("update", "case $1 in refs/tags/*) exit 1;; esac");

        Assert.Contains("refs/tags/dr/prod-a/x", (await writer.FailAsync()).Message, StringComparison.Ordinal);

        Assert.Equal(1, _world.Count());
    }

    [Fact]
    public async Task A_remote_that_is_gone_is_named_and_gets_everything_when_it_is_back()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        Directory.Move(_world.Path, _world.Path + ".away");

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains(_world.Path, failure.Message, StringComparison.Ordinal);
        Directory.Move(_world.Path + ".away", _world.Path);
        Assert.Equal(1, (await writer.SynchronizeAsync()).Pushed);
    }

    [Fact]
    public async Task A_tag_never_moves()
    {
        using var writer = _world.Writer("prod-a");
        var commit = writer.Commit(("restore-point.yaml", "1\n"))!.Value;
        _world.Import("docs/a.md", "theirs");
        _world.Git.Run("tag", "dr/prod-a/x", "main");
        writer.Store.Tag("prod-a", "x", commit, "ours");
        writer.Store.Tag("prod-a", "y", commit, "ours");
        writer.Store.Tag("elsewhere", "z", commit, "not ours");

        var failure = await writer.FailAsync();

        Assert.Contains("dr/prod-a/x", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["dr/prod-a/x", "dr/prod-a/y"], _world.Git.Lines("tag"));
        Assert.Equal("commit\n", _world.Git.Run("cat-file", "-t", "dr/prod-a/x"));
        Assert.Equal("tag\n", writer.Git.Run("cat-file", "-t", "dr/prod-a/x"));
        Assert.Equal(2, _world.Count());
    }

    [Fact]
    public async Task A_silent_remote_is_given_up()
    {
        using var writer = _world.Writer("prod-a", options => options with { SilenceLimit = TimeSpan.FromSeconds(1) });
        writer.Commit(("restore-point.yaml", "1\n"));
        _world.Hook("pre-receive", "sleep 20");

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains("silent for 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_a_transfer_at_once()
    {
        using var writer = _world.Writer("prod-a");
        writer.Commit(("restore-point.yaml", "1\n"));
        _world.Hook("pre-receive", "sleep 20");
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.Remote.SynchronizeAsync(() => true, cancel.Token));
    }

    [Fact]
    public async Task A_clone_holds_what_the_remote_has()
    {
        using var writer = _world.Writer("prod-a");
        var commit = writer.Commit(("restore-point.yaml", "1\n"))!.Value;
        writer.Store.Tag("prod-a", "first", commit, "The first");
        await writer.SynchronizeAsync();
        var options = writer.Options with { Repository = writer.Options.Repository with { Path = _world.File("clone.git") } };

        await GitRemote.CloneBareAsync(options, TimeProvider.System, CancellationToken.None);

        var clone = new GitProgram(options.Repository.Path);
        Assert.Equal("true\n", clone.Run("rev-parse", "--is-bare-repository"));
        Assert.Equal(commit.Sha + "\n", clone.Run("rev-parse", "HEAD"));
        Assert.Equal(["dr/prod-a/first"], clone.Lines("tag"));
    }

    [Fact]
    public async Task A_clone_of_an_empty_remote_is_an_empty_repository_and_a_failed_one_is_none()
    {
        var options = new GitRemoteOptions
        {
            Repository = new GitStateOptions { Path = _world.File("clone.git") },
            Url = _world.Path,
            Clusters = ["prod-a"],
        };
        var failing = options with { Url = _world.Path + ".none", Repository = new GitStateOptions { Path = _world.File("failed.git") } };

        await GitRemote.CloneBareAsync(options, TimeProvider.System, CancellationToken.None);
        await Assert.ThrowsAsync<RunAiDrException>(() => GitRemote.CloneBareAsync(failing, TimeProvider.System, CancellationToken.None));

        Assert.Empty(new GitProgram(options.Repository.Path).Lines("for-each-ref"));
        Assert.Empty(Directory.GetFileSystemEntries(failing.Repository.Path));
    }

    [Theory]
    [InlineData("https://user:hunter2@git.example.org/dr.git")]
    [InlineData("https://hunter2@git.example.org/dr.git")]
    [InlineData("ssh://git:hunter2@git.example.org/dr.git")]
    [InlineData("https://git.example.org/dr.git?token=hunter2")]
    [InlineData("ssh://-oProxyCommand=hunter2/dr.git")]
    [InlineData("-oProxyCommand=x:dr.git")]
    [InlineData("ext::sh -c hunter2")]
    [InlineData("git:hunter2@git.example.org:dr.git")]
    [InlineData("ftp://git.example.org/dr.git")]
    [InlineData("dr.git")]
    public void A_url_that_cannot_be_is_refused_without_its_secret(string url)
    {
        using var writer = _world.Writer("prod-a");

        var failure = Assert.Throws<RunAiDrException>(() => GitRemote.Open(writer.Options with { Url = url }, TimeProvider.System));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }
}
