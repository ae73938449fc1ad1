using System.Text.Json.Nodes;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>From a tag to a running installation: checkpoint, loss, rehydration with real helm and a real database.</summary>
public sealed class RehydrationTests
{
    private const string Dumped = """
        database: {provider: pgdump, names: [backend]}
        metrics: {provider: csi}
        dumps: {directory: dumps}
        """;

    private const string Snapshotted = """
        database: {provider: csi}
        metrics: {provider: csi}
        """;

    [Fact]
    public async Task A_lost_installation_comes_back_from_its_tag_and_is_proven_equal()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);

        var done = (await world.RehydrateAsync()).Expect(0);

        Assert.Contains("equal", done.Output, StringComparison.Ordinal);
        (await world.RunAsync("verify", "p", "--data")).Expect(0);
        (await world.RunAsync("verify", "p")).Expect(0);
        var releases = JsonNode.Parse(await world.Fresh.HelmAsync("list", "-A", "-o", "json"))!.AsArray();
        Assert.Equal(
            ["control-plane-2.20.24 deployed", "runai-cluster-2.20.24 deployed"],
            releases.Select(release => $"{release!["chart"]} {release["status"]}").Order(StringComparer.Ordinal));
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Directory.GetFiles(world.Workspace.Path, "rehydration-prod-*.json").Single()))!;
        Assert.Equal("complete", (string?)report["outcome"]);
        Assert.Contains("Rehydrated", await world.Fresh.KubectlAsync("get", "events", "-n", "default", "-o", "yaml"), StringComparison.Ordinal);

        var revision = world.Fresh.Sandbox.Revision;
        var again = (await world.RehydrateAsync("--output", "json")).Expect(0);
        var second = JsonNode.Parse(again.Output)!;
        Assert.All(second["resources"]!.AsArray(), resource => Assert.Equal("unchanged", (string)resource!["action"]!));
        Assert.All(second["parts"]!.AsArray(), part => Assert.Equal("unchanged", (string)part!["action"]!));
        Assert.Equal(revision, world.Fresh.Sandbox.Revision);
    }

    [Fact]
    public async Task Volumes_come_back_from_their_snapshots_before_the_control_plane_takes_them()
    {
        await using var world = await RehydrationWorld.StartAsync(Snapshotted, keepsDatabase: true);

        var done = (await world.RehydrateAsync()).Expect(0);

        Assert.Contains("created      volume runai-backend/data-runai-backend-postgresql-0", done.Output, StringComparison.Ordinal);
        var claims = await world.Fresh.GetAsync("pvc", "-n", "runai-backend");
        Assert.Equal(2, claims["items"]!.AsArray().Count(claim => (string?)claim!["spec"]!["dataSource"]?["kind"] == "VolumeSnapshot"));
        (await world.RunAsync("verify", "p")).Expect(0);
        (await world.RunAsync("verify", "p", "--data")).Expect(0);
    }

    [Fact]
    public async Task In_review_mode_the_tag_restores_the_data_before_anybody_has_merged()
    {
        await using var world = await RehydrationWorld.StartAsync($"{Snapshotted}\nmode: review", keepsDatabase: true);
        Assert.Contains("Nearest tags: dr/prod/p.", (await world.RunAsync("plan", "main")).Expect(8).Error, StringComparison.Ordinal);

        var done = (await world.RehydrateAsync()).Expect(0);

        Assert.Contains("created      volume runai-backend/data-runai-backend-postgresql-0", done.Output, StringComparison.Ordinal);
        Assert.Contains("created      volume runai-backend/data-runai-backend-thanos-receive-0", done.Output, StringComparison.Ordinal);
        (await world.RunAsync("verify", "p")).Expect(0);
        Assert.Equal("drift/prod", world.Workspace.Git.Run("branch", "--contains", "dr/prod/p", "--format=%(refname:short)").Trim());
    }
}
