using System.Diagnostics;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Several writers on one remote, with and without an election.</summary>
public sealed class SyncReplicaTests : SyncScene
{
    private string Elected => Config(more: "leaderElection: {enabled: true, namespace: runai}");

    [Fact]
    public async Task Two_writers_of_one_cluster_end_at_the_same_state_and_lose_no_commit()
    {
        await using var one = StartIn("a", Config());
        await using var other = StartIn("b", Config());
        await one.UntilReadyAsync();
        await other.UntilReadyAsync();
        var random = new Random(7);
        for (var i = 0; i < 6; i++)
        {
            await StormAsync(random, 20);
            NoteTip();
        }

        Load("last");

        await UntilRemoteAsync("last", one);
        await UntilCompleteAsync(other, "b/dr.git");
    }

    [Fact]
    public async Task Only_the_leader_writes_and_a_killed_one_is_replaced()
    {
        await using var leader = StartIn("a", Elected);
        await UntilReadyzAsync(leader, "[+]prod ok");
        await using var standby = StartIn("b", Elected);
        await UntilReadyzAsync(standby, "[+]standby");
        Load("one");
        await UntilRemoteAsync("one", leader);
        Assert.NotEqual(0, new GitProgram(Folder.File("b/dr.git")).Try([], "cat-file", "-e", $"main:clusters/prod/{TemplatePath("one")}").Code);

        await StormAsync(new Random(8), 20);
        Load("unseen");
        await leader.KillAsync();
        var since = Stopwatch.GetTimestamp();
        await UntilRemoteAsync("unseen", standby);

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(30));
        await UntilCompleteAsync(standby, "b/dr.git");
    }

    [Fact]
    public async Task A_leader_that_is_stopped_hands_over_at_once()
    {
        await using var leader = StartIn("a", Elected);
        await UntilReadyzAsync(leader, "[+]prod ok");
        await using var standby = StartIn("b", Elected);
        await UntilReadyzAsync(standby, "[+]standby");

        Load("last-words");
        Assert.Equal(0, await leader.TerminateAsync());
        var since = Stopwatch.GetTimestamp();
        Load("first-words");
        await UntilRemoteAsync("first-words", standby);

        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(13));
        await UntilCompleteAsync(standby, "b/dr.git");
    }

    [Fact]
    public async Task A_frozen_leader_does_not_push_what_is_old_when_it_wakes()
    {
        await using var frozen = StartIn("a", Elected);
        await UntilReadyzAsync(frozen, "[+]remote ok");
        await UntilReadyzAsync(frozen, "[+]prod ok");
        await using var next = StartIn("b", Elected);
        await UntilReadyzAsync(next, "[+]standby");
        Load("one");
        await UntilRemoteAsync("one", frozen);
        await HookAsync("exit 1");
        Load("one", "old");
        await UntilReadyzAsync(frozen, "[-]remote behind");
        await frozen.SignalAsync("STOP");
        await HookAsync(null);

        Load("one", "new");
        Load("two");
        await UntilRemoteAsync("two", next);
        await frozen.SignalAsync("CONT");
        await UntilReadyzAsync(frozen, "[+]standby");
        await UntilCompleteAsync(next, "b/dr.git");
        Assert.DoesNotContain("old", Remote.Run("log", "-p", "--format=", "main", "--", $"clusters/prod/{TemplatePath("one")}"), StringComparison.Ordinal);

        Assert.Equal(0, await next.TerminateAsync());
        Load("three");
        await UntilRemoteAsync("three", frozen);
        await UntilCompleteAsync(frozen, "a/dr.git");
    }
}
