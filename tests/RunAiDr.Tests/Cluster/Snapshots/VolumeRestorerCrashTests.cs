using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Sandbox;
using World = RunAiDr.Tests.Cluster.Snapshots.RestoreWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Whatever a run was doing when it ended, the next one brings it to the same end.</summary>
public class VolumeRestorerCrashTests
{
    // More than any run below sends; the last rounds are not cut at all.
    private const int Most = 60;

    [Fact]
    public async Task Killed_after_any_request_and_repeated_it_restores_the_same()
    {
        await using var world = await World.StartAsync();
        await using var front = await CountingFront.StartAsync(world.Server.Kubeconfig);

        var cut = 0;
        for (var request = 1; request < Most; request++)
        {
            var wanted = World.Wanted($"kill-{request}") with { Claim = $"data-{request}" };
            if (!await KilledAsync(world, front, wanted, request))
            {
                break;
            }

            cut++;
            Assert.NotEqual(ApplyAction.Failed, (await world.RestoreAsync(wanted)).Action);
            Assert.Equal(World.Handle, await world.DataOfAsync(wanted.Claim));
        }

        Assert.InRange(cut, 8, Most - 2);
        Assert.Equal([World.Handle], world.Storage.Handles);
    }

    [Fact]
    public async Task Killed_while_it_replaces_what_was_in_error_it_still_restores()
    {
        await using var world = await World.StartAsync();
        await using var front = await CountingFront.StartAsync(world.Server.Kubeconfig);

        var cut = 0;
        for (var request = 1; request < Most; request++)
        {
            var handle = $"snap-{request}";
            var wanted = World.Wanted($"kill-{request}", handle) with { Claim = $"data-{request}" };
            Assert.Equal(ApplyAction.Failed, (await world.FailAsync(wanted)).Action);
            world.Storage.Add(new StoredSnapshot(handle, World.Size, DateTimeOffset.UnixEpoch.AddYears(56)));
            if (!await KilledAsync(world, front, wanted, request))
            {
                break;
            }

            cut++;
            Assert.NotEqual(ApplyAction.Failed, (await world.RestoreAsync(wanted)).Action);
            Assert.Equal(handle, await world.DataOfAsync(wanted.Claim));
            Assert.Contains(handle, world.Storage.Handles);
        }

        Assert.InRange(cut, 12, Most - 2);
    }

    [Fact]
    public async Task Killed_while_it_gives_a_volume_to_the_claim_it_still_does()
    {
        await using var world = await World.StartAsync();
        await using var front = await CountingFront.StartAsync(world.Server.Kubeconfig);

        var cut = 0;
        for (var request = 1; request < Most; request++)
        {
            world.LoadVolume($"volume-{request}", claim: null, "Available");
            var wanted = World.Wanted() with { ExistingVolume = $"volume-{request}", Claim = $"data-{request}" };
            if (!await KilledAsync(world, front, wanted, request))
            {
                break;
            }

            cut++;
            Assert.NotEqual(ApplyAction.Failed, (await world.RestoreAsync(wanted)).Action);
            var volume = await world.GetAsync(SnapshotKinds.Volume, null, wanted.ExistingVolume);
            Assert.Equal(
                ((await world.ClaimAsync(wanted.Claim)).UidOf(), "Retain", "Bound"),
                ((string?)volume["spec"]!["claimRef"]!["uid"], (string?)volume["spec"]!["persistentVolumeReclaimPolicy"], (string?)volume["status"]!["phase"]));
        }

        Assert.InRange(cut, 6, Most - 2);
    }

    [Fact]
    public async Task Two_runs_at_once_restore_the_same()
    {
        await using var world = await World.StartAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.RestoreAsync()));

        Assert.All(outcomes, outcome => Assert.True(outcome.Action is ApplyAction.Created or ApplyAction.Unchanged, outcome.ToString()));
        await world.OnlyAsync(SnapshotKinds.Content);
        await world.OnlyAsync(SnapshotKinds.Snapshot);
        Assert.Equal(World.Handle, Assert.Single(world.Storage.Volumes).Snapshot);
    }

    [Fact]
    public async Task Two_runs_at_once_replace_what_was_in_error()
    {
        await using var world = await World.StartAsync();
        var wanted = World.Wanted(handle: "snap-late");
        await world.FailAsync(wanted);
        world.Storage.Add(new StoredSnapshot("snap-late", World.Size, DateTimeOffset.UnixEpoch.AddYears(56)));

        var outcomes = await Task.WhenAll(world.RestoreAsync(wanted), world.RestoreAsync(wanted));

        Assert.All(outcomes, outcome => Assert.True(outcome.Action is ApplyAction.Created or ApplyAction.Unchanged, outcome.ToString()));
        Assert.Equal("snap-late", await world.DataOfAsync());
    }

    /// <summary>Ends a run when the sandbox has done its n-th request; false when it was done before.</summary>
    private static async Task<bool> KilledAsync(World world, CountingFront front, VolumeRestore wanted, int request)
    {
        using var kill = new CancellationTokenSource();
        front.Restart();
        front.Done = number =>
        {
            if (number == request)
            {
                kill.Cancel();
            }
        };
        try
        {
            await world.Restorer(front.Client).RestoreAsync(wanted, world, kill.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
