using System.Text.Json.Nodes;
using RunAiDr.Git;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Checkpoints whose database and metrics are volume snapshots.</summary>
public sealed class CheckpointVolumeTests
{
    private const string Configuration = """
        database: {provider: csi, objective: 24h}
        metrics: {provider: csi, objective: 24h}
        """;

    [Fact]
    public async Task Both_volumes_are_kept_with_their_handles_and_what_the_database_held()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);

        var made = JsonNode.Parse((await world.RunAsync("checkpoint", "--name", "first", "--output", "json")).Expect(0).Output)!;

        Assert.Equal(["database", "metrics"], made["components"]!.AsArray().Select(component => (string)component!["component"]!));
        var database = world.Workspace.Text("snapshots/database.yaml");
        Assert.Contains("deletionPolicy: Retain", database, StringComparison.Ordinal);
        Assert.Contains("claim: data-runai-backend-postgresql-0", database, StringComparison.Ordinal);
        Assert.Contains("name: jobs", database, StringComparison.Ordinal);
        Assert.Contains("claim: data-runai-backend-thanos-receive-0", world.Workspace.Text("snapshots/metrics.yaml"), StringComparison.Ordinal);
        (await world.RunAsync("status")).Expect(0);
        (await world.RunAsync("verify", "first")).Expect(0);
        (await world.RunAsync("drift", "--exit-code")).Expect(0);
        Assert.Contains("Nothing changed", (await world.RunAsync("export")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_deleted_behind_our_back_is_told_and_does_not_count()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);

        await world.Cluster.KubectlAsync("delete", "volumesnapshots", "--all", "-n", "runai-backend");
        await world.Cluster.KubectlAsync("delete", "volumesnapshotcontents", "--all");

        var status = (await world.RunAsync("status")).Expect(12);
        Assert.Contains("Not usable: first: database:", status.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_rights_of_the_templates_everything_works_from_outside_the_cluster()
    {
        var user = new SandboxUser("system:serviceaccount:runai-dr:runai-dr");
        await using var world = await CheckpointWorld.StartAsync(Configuration, null, ("token", user));
        await world.Cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
        await world.Cluster.KubectlAsync("apply", "-k", Path.Combine(DeployTemplates.Base, "snapshots"));
        var kubeconfig = world.Cluster.KubeconfigOf("token");

        (await world.Workspace.RunAsync(kubeconfig, "checkpoint", "--name", "first")).Expect(0);
        (await world.Workspace.RunAsync(kubeconfig, "checkpoint", "--name", "second")).Expect(0);
        (await world.Workspace.RunAsync(kubeconfig, "status")).Expect(0);
        (await world.Workspace.RunAsync(kubeconfig, "prune", "first")).Expect(0);

        Assert.Equal(["dr/prod/second"], world.Tags());
        Assert.Equal(2, world.Cluster.Sandbox.StoredSnapshots.Handles.Count);
    }

    [Theory]
    [InlineData("services")]
    [InlineData("pods")]
    [InlineData("pods/portforward")]
    public async Task Without_one_of_the_rights_on_the_way_to_the_database_no_checkpoint_is_whole(string resource)
    {
        var user = new SandboxUser("system:serviceaccount:runai-dr:runai-dr");
        await using var world = await CheckpointWorld.StartAsync(Configuration, null, ("token", user));
        await world.Cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
        foreach (var part in DeployTemplates.Documents(RepositoryFiles.Read("templates/deploy/snapshots/rbac.yaml")))
        {
            if ((string)part["kind"]! == "Role")
            {
                Assert.Equal(1, part["rules"]!.AsArray().RemoveAll(rule => (string)rule!["resources"]![0]! == resource));
            }

            await world.Cluster.ApplyAsync(part.ToJsonString());
        }

        var ended = await world.Workspace.RunAsync(world.Cluster.KubeconfigOf("token"), "checkpoint", "--name", "first");

        Assert.NotEqual(0, ended.Code);
    }

    [Fact]
    public async Task A_checkpoint_that_is_killed_leaves_orphans_that_are_listed_and_can_be_deleted()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration, new SandboxSnapshots { Delay = TimeSpan.FromMinutes(5) });
        var process = SyncProcess.StartCommand(world.Workspace.Path, "checkpoint", "--name", "killed", "--kubeconfig", world.Cluster.Kubeconfig);
        await using (process)
        {
            await WaitUntilAsync(() => world.Cluster.Sandbox.StoredSnapshots.Handles.Count == 2);
            await process.KillAsync();
        }

        Assert.Empty(world.Tags());
        var status = (await world.RunAsync("status")).Expect(12);
        Assert.Contains("Orphan, named by no tag: csi runai-backend/runai-dr-killed-database", status.Output, StringComparison.Ordinal);
        Assert.Contains("orphan  csi runai-backend/runai-dr-killed-metrics", (await world.RunAsync("prune", "--dry-run")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("Nothing to delete", (await world.RunAsync("prune", "--orphans")).Expect(0).Output, StringComparison.Ordinal);
        (await world.RunAsync("prune", "killed", "--orphans")).Expect(0);
        await WaitUntilAsync(() => world.Cluster.Sandbox.StoredSnapshots.Handles.Count == 0);
    }

    [Fact]
    public async Task Two_checkpoints_at_once_are_refused()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        using var other = RepositoryLock.Take(world.Workspace.Repository, RepositoryLock.CheckpointsOf("prod"), "localhost", 99, TimeProvider.System);

        var refused = (await world.RunAsync("checkpoint", "--name", "first")).Expect(4);

        Assert.Contains("makes or deletes a checkpoint", refused.Error, StringComparison.Ordinal);
        Assert.Empty(world.Cluster.Sandbox.StoredSnapshots.Handles);
    }

    [Fact]
    public async Task On_OpenShift_metrics_without_a_volume_are_in_order()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        await world.Cluster.KubectlAsync("delete", "statefulset", "runai-backend-thanos-receive", "-n", "runai-backend");
        await world.Cluster.KubectlAsync("delete", "pvc", "data-runai-backend-thanos-receive-0", "-n", "runai-backend");

        var made = (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);

        Assert.DoesNotContain("PARTIAL", made.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("snapshots/metrics.yaml", world.Workspace.Files().Keys);
    }

    [Fact]
    public async Task Sync_catches_up_a_missed_checkpoint_once_and_prunes()
    {
        await using var world = await CheckpointWorld.StartAsync($"{Configuration}\ncheckpoint: {{schedule: 0 0 1 1 *}}\nretention: {{keepLast: 1}}\n");
        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);

        // As if runai-dr had made it years ago.
        world.Workspace.Git.Run("tag", "-a", "-m", "Checkpoint 20200101-000000 of cluster prod", "dr/prod/20200101-000000", "main");
        await world.ConfigureAsync($"kubeconfig: \"{world.Cluster.Kubeconfig}\"");

        var config = await File.ReadAllTextAsync(world.Workspace.File("runai-dr.yaml"));
        await using var sync = SyncProcess.Start(world.Workspace.Path, config.Replace("listen: 127.0.0.1:8080", "", StringComparison.Ordinal));
        await WaitUntilAsync(() => sync.Log.Contains("deleted tag dr/prod/20200101-000000", StringComparison.Ordinal), sync);
        await sync.TerminateAsync();

        Assert.Equal(2, sync.Log.Split("\"EventId\":5011").Length);
        Assert.Equal(2, world.Tags().Length);
        Assert.Contains("dr/prod/first", world.Tags());
        Assert.Contains("recovery point", (await world.RunAsync("status")).Expect(0).Output, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task WaitUntilAsync(Func<bool> condition, SyncProcess? process = null)
    {
        for (var i = 0; i < 1200 && !condition(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        Assert.True(condition(), process?.Log ?? "waited for a minute in vain");
    }
}
