using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core.Export;
using World = RunAiDr.Tests.Cluster.Snapshots.SnapshotWorld;

namespace RunAiDr.Tests.Cluster.Snapshots;

/// <summary>What a process leaves of a group when it is killed while it takes or deletes it.</summary>
public class CsiBrokenGroupTests
{
    private const string Label = "runai-dr/group";
    private const string Group = $"{World.Namespace}/runai-dr-nightly";
    private const string NoLabels =
        """{"metadata":{"labels":{"app.kubernetes.io/managed-by":null,"runai-dr/cluster":null,"runai-dr/checkpoint":null,"runai-dr/component":null}}}""";
    private const string Unwanted = """{"metadata":{"annotations":{"runai-dr/unwanted":"true"}}}""";

    private static readonly GroupSnapshotKinds Kinds = GroupSnapshotKinds.At("v1");

    [Fact]
    public async Task A_group_whose_attempt_did_not_end_is_listed_and_can_be_deleted()
    {
        await using var world = await World.StartWithGroupsAsync();
        await world.PatchAsync(SnapshotKinds.Claim, World.Namespace, World.DatabaseClaim, """{"metadata":{"labels":{"runai-dr/group":"nightly"}}}""");
        world.Server.Load(World.Json($$"""
            {"apiVersion":"groupsnapshot.storage.k8s.io/v1","kind":"VolumeGroupSnapshot",
             "metadata":{"name":"runai-dr-nightly","namespace":"{{World.Namespace}}","labels":{{SnapshotLabels.Of(World.Request(), null).ToJsonString()}} },
             "spec":{"source":{"selector":{"matchLabels":{"{{Label}}":"nightly"} } },"volumeGroupSnapshotClassName":"groups"} }
            """));
        await World.EventuallyAsync(async () => (await world.Client.ListAsync(new(SnapshotKinds.Snapshot), default)).Count == 1);

        var owned = Assert.Single(await world.Provider().ListAsync("prod", default));

        Assert.Equal(("runai-backend/runai-dr-nightly", "nightly"), (owned.Location, owned.Checkpoint));
        Assert.Contains("was not finished", owned.Defect, StringComparison.Ordinal);
        Assert.True(await world.Provider().DeleteAsync(owned.Location, default));
        await world.AssertNothingIsLeftOfGroupsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_only_some_of_whose_members_are_ours_is_listed_alone_and_deleted_whole(bool byMember)
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();
        await world.PatchAsync(SnapshotKinds.Snapshot, World.Namespace, references[1].Csi!.Name, NoLabels);
        await world.PatchAsync(SnapshotKinds.Content, null, references[1].Csi!.Content, NoLabels);

        var owned = Assert.Single(await world.Provider().ListAsync("prod", default));

        Assert.Equal((Group, $"VolumeGroupSnapshot {Group} was not finished"), (owned.Location, owned.Defect));
        Assert.True(await world.Provider().DeleteAsync(byMember ? references[1].Location : owned.Location, default));
        await world.AssertNothingIsLeftOfGroupsAsync();
    }

    [Fact]
    public async Task A_member_whose_content_is_ours_already_but_not_itself_is_part_of_its_group()
    {
        await using var world = await World.StartWithGroupsAsync();
        var references = await world.TakenBothAsync();
        await world.PatchAsync(SnapshotKinds.Snapshot, World.Namespace, references[1].Csi!.Name, NoLabels);

        Assert.Equal(Group, Assert.Single(await world.Provider().ListAsync("prod", default)).Location);
        Assert.True(await world.Provider().DeleteAsync(Group, default));
        await world.AssertNothingIsLeftOfGroupsAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_group_whose_deletion_did_not_end_is_listed_and_can_be_deleted(bool groupIsGone)
    {
        await using var world = await World.StartWithGroupsAsync();
        foreach (var reference in await world.TakenBothAsync())
        {
            await world.PatchAsync(SnapshotKinds.Content, null, reference.Csi!.Content, Unwanted);
        }

        if (groupIsGone)
        {
            await world.DeleteAsync(Kinds.Snapshot, World.Namespace, "runai-dr-nightly");
        }

        var owned = Assert.Single(await world.Provider().ListAsync("prod", default));

        Assert.Equal((Group, "nightly", "its deletion did not end"), (owned.Location, owned.Checkpoint, owned.Defect));
        Assert.True(await world.Provider().DeleteAsync(owned.Location, default));
        await world.AssertNothingIsLeftOfGroupsAsync();
        Assert.Empty(await world.Provider().ListAsync("prod", default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_left_after_the_content_of_a_group_is_swept(bool groupIsGone)
    {
        await using var world = await World.StartWithGroupsAsync();
        foreach (var reference in await world.TakenBothAsync())
        {
            await world.PatchAsync(SnapshotKinds.Content, null, reference.Csi!.Content, Unwanted);
        }

        await world.LoseGroupContentAsync();
        if (groupIsGone)
        {
            await world.DeleteAsync(Kinds.Snapshot, World.Namespace, "runai-dr-nightly");
        }

        var owned = await world.Provider().ListAsync("prod", default);

        Assert.Equal(2, owned.Count);
        Assert.All(owned, one => Assert.Equal("its deletion did not end", one.Defect));
        Assert.True(await world.Provider().DeleteAsync(owned[0].Location, default));
        Assert.Empty(await world.Client.ListAsync(new ListSelection(SnapshotKinds.Snapshot), default));
        Assert.Empty(await world.Client.ListAsync(new ListSelection(SnapshotKinds.Content), default));
        Assert.Empty(await world.Client.ListAsync(new ListSelection(Kinds.Snapshot), default));
    }
}
