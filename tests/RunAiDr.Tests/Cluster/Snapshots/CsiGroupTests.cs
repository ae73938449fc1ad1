using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Export;
using RunAiDr.Core.Snapshots;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>Both volumes at one moment.</summary>
public class CsiGroupTests
{
    private const string Label = "runai-dr/group";

    private static readonly GroupSnapshotKinds Kinds = GroupSnapshotKinds.At("v1");

    [Fact]
    public async Task Both_volumes_are_cut_at_one_moment_and_each_reference_knows_its_own_part()
    {
        await using var world = await World.StartWithGroupsAsync();

        var references = await world.TakenBothAsync();

        Assert.Equal([World.DatabaseClaim, World.MetricsClaim], references.Select(r => r.Csi!.Claim));
        Assert.All(references, r => Assert.Equal(("Retain", 53687091200), (r.Csi!.DeletionPolicy, r.Csi.RestoreSize)));
        Assert.All(references, r => Assert.Empty(r.Warnings));
        Assert.Equal(world.Storage.Handles, references.Select(r => r.Csi!.SnapshotHandle).Order(StringComparer.Ordinal));
        Assert.StartsWith("group-", Assert.Single(references.Select(r => r.Csi!.GroupSnapshotHandle).Distinct()), StringComparison.Ordinal);
        foreach (var reference in references)
        {
            Assert.Null(await world.Provider().CheckAsync(reference, default));
        }
    }

    [Fact]
    public async Task The_label_that_the_claims_are_found_by_is_gone_afterwards()
    {
        await using var world = await World.StartWithGroupsAsync();

        await world.TakenBothAsync();

        await AssertNoLabelAsync(world);
    }

    [Fact]
    public async Task Members_are_listed_as_snapshots_of_their_component()
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();

        var owned = await world.Provider().ListAsync("prod", default);

        Assert.Equal(
            references.Select(r => (r.Location, r.Component, Defect: (string?)null)).OrderBy(r => r.Location, StringComparer.Ordinal),
            owned.Select(o => (o.Location, o.Component, o.Defect)));
    }

    [Fact]
    public async Task One_component_alone_needs_no_group()
    {
        await using var world = await World.StartWithGroupsAsync();

        Assert.Null((await world.TakenAsync()).Csi!.GroupSnapshotHandle);
    }

    [Fact]
    public async Task Losing_the_group_does_not_lose_the_data()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.TakenBothAsync();

        var content = Assert.Single(await world.Client.ListAsync(new ListSelection(Kinds.Content), default));
        await world.DeleteAsync(Kinds.Snapshot, World.Namespace, "runai-dr-nightly");

        Assert.Equal("Retain", content.PolicyOf());
        Assert.Equal(2, world.Storage.Handles.Count);
    }

    [Fact]
    public async Task A_group_that_would_take_the_data_with_it_is_a_defect_of_its_members()
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();
        var content = Assert.Single(await world.Client.ListAsync(new ListSelection(Kinds.Content), default));

        await world.PatchAsync(Kinds.Content, null, content.NameOf(), """{"spec":{"deletionPolicy":"Delete"}}""");

        Assert.Contains($"VolumeGroupSnapshotContent {content.NameOf()}", await world.Provider().CheckAsync(references[0], default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_whose_content_is_gone_is_a_defect_of_its_members()
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();
        await world.LoseGroupContentAsync();

        Assert.Contains("is gone; the data may be too", await world.Provider().CheckAsync(references[0], default), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_is_deleted_with_the_last_of_its_members(bool groupIsGone)
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();
        if (groupIsGone)
        {
            await world.DeleteAsync(Kinds.Snapshot, World.Namespace, "runai-dr-nightly");
            await World.EventuallyAsync(async () => (await world.Client.ListAsync(new(SnapshotKinds.Snapshot), default)).Count == 0);
        }

        Assert.True(await world.Provider().DeleteAsync(references[0].Location, default));
        Assert.Equal(2, world.Storage.Handles.Count);
        Assert.Equal(references[1].Location, Assert.Single(await world.Provider().ListAsync("prod", default)).Location);
        Assert.True(await world.Provider().DeleteAsync(references[1].Location, default));

        await world.AssertNothingIsLeftOfGroupsAsync();
    }

    [Fact]
    public async Task Where_the_storage_cannot_cut_groups_the_volumes_are_cut_one_beside_the_other_with_a_warning()
    {
        await using var world = await World.StartWithGroupsAsync();
        world.ErrorPatience = TimeSpan.FromSeconds(2);
        world.Storage.GroupError = "rpc error: code = Unimplemented";

        var references = await world.TakenBothAsync();

        Assert.All(references, r => Assert.Null(r.Csi!.GroupSnapshotHandle));
        Assert.All(references, r => Assert.Contains("Unimplemented", Assert.Single(r.Warnings), StringComparison.Ordinal));
        Assert.Empty(await world.Client.ListAsync(new ListSelection(Kinds.Snapshot), default));
        Assert.Empty(await world.Client.ListAsync(new ListSelection(Kinds.Content), default));
        await AssertNoLabelAsync(world);
    }

    [Fact]
    public async Task An_error_of_a_driver_that_may_still_cut_the_group_is_waited_out()
    {
        await using var world = await World.StartWithGroupsAsync();
        world.ErrorPatience = TimeSpan.FromSeconds(10);
        world.Storage.GroupError = "rpc error: code = DeadlineExceeded";
        var taking = world.TakenBothAsync();
        await World.EventuallyAsync(async () =>
            (await world.Client.ListAsync(new ListSelection(Kinds.Snapshot), default)).Any(group => group.ErrorOf() is not null));
        await world.LooksAsync();

        world.Storage.GroupError = null;

        Assert.All(await taking, reference => Assert.NotNull(reference.Csi!.GroupSnapshotHandle));
    }

    [Fact]
    public async Task A_claim_that_another_checkpoint_has_is_left_to_it_and_the_volumes_are_cut_one_beside_the_other()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.PatchAsync(SnapshotKinds.Claim, World.Namespace, World.MetricsClaim, """{"metadata":{"labels":{"runai-dr/group":"hourly"}}}""");

        var references = await world.TakenBothAsync();

        Assert.All(references, r => Assert.Contains("has the label runai-dr/group=hourly", Assert.Single(r.Warnings), StringComparison.Ordinal));
        Assert.Equal("hourly", SnapshotLabels.Label(await world.GetAsync(SnapshotKinds.Claim, World.Namespace, World.MetricsClaim), Label));
        Assert.Null(SnapshotLabels.Label(await world.GetAsync(SnapshotKinds.Claim, World.Namespace, World.DatabaseClaim), Label));
    }

    [Fact]
    public async Task A_group_that_was_cut_without_one_of_the_claims_fails_at_once()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.LoseVolumeAsync(World.MetricsClaim);

        var outcomes = await world.TakeBothAsync(new CsiOptions { Timeout = TimeSpan.FromMinutes(2) });

        Assert.Contains(
            $"was cut without claim {World.Namespace}/{World.MetricsClaim}", Assert.Single(outcomes[0].Reference!.Warnings), StringComparison.Ordinal);
        await AssertNoLabelAsync(world);
    }

    [Fact]
    public async Task A_named_class_of_groups_that_is_not_there_fails()
    {
        await using var world = await World.StartWithGroupsAsync();

        var outcomes = await world.TakeBothAsync(new CsiOptions { GroupSnapshotClass = "wrong" });

        Assert.All(outcomes, outcome => Assert.Contains(
            "VolumeGroupSnapshotClass wrong, which the configuration names, does not exist", outcome.Failure, StringComparison.Ordinal));
        Assert.Empty(world.Storage.Handles);
    }

    [Fact]
    public async Task Without_a_class_of_groups_the_volumes_are_cut_one_beside_the_other_with_a_warning()
    {
        await using var world = await World.StartAsync(groups: true);

        var references = await world.TakenBothAsync();

        Assert.All(references, r => Assert.Contains("has no VolumeGroupSnapshotClass", Assert.Single(r.Warnings), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_group_of_that_name_is_never_touched()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.TakenBothAsync();

        var outcomes = await world.TakeBothAsync();

        Assert.All(outcomes, o => Assert.Contains("VolumeGroupSnapshot runai-backend/runai-dr-nightly exists already", o.Failure, StringComparison.Ordinal));
        Assert.Equal(2, world.Storage.Handles.Count);
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_of_a_group()
    {
        await using var world = await World.StartWithGroupsAsync();
        world.Storage.NeverReady = true;
        using var stop = new CancellationTokenSource();
        var taking = world.Provider().TakeAsync(World.Request(SnapshotComponent.Database, SnapshotComponent.Metrics), world, stop.Token);
        await World.EventuallyAsync(() => Task.FromResult(world.Storage.Handles.Count == 2));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
        await world.AssertNothingIsLeftOfGroupsAsync();
        await AssertNoLabelAsync(world);
    }

    private static async Task AssertNoLabelAsync(World world)
    {
        foreach (var claim in await world.Client.ListAsync(new ListSelection(SnapshotKinds.Claim), default))
        {
            Assert.Null(SnapshotLabels.Label(claim, Label));
        }
    }
}
