using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Checkpoints whose database is a dump.</summary>
public sealed class CheckpointDumpTests
{
    private const string Configuration = """
        database: {provider: pgdump, objective: 24h, names: [backend]}
        dumps: {directory: dumps}
        """;

    [Fact]
    public async Task A_tag_names_a_dump_that_restores_to_an_equal_database()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);

        var made = (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);

        Assert.Contains("Checkpoint first: tag dr/prod/first on commit", made.Output, StringComparison.Ordinal);
        Assert.Contains("Metrics: not configured", made.Output, StringComparison.Ordinal);
        Assert.Contains("database: ", made.Error, StringComparison.Ordinal);
        Assert.Contains("backend with ", world.Workspace.Git.Run("tag", "-l", "--format=%(contents)", "dr/prod/first"), StringComparison.Ordinal);
        var empty = await world.StartDatabaseAsync();
        await world.RestoreAsync("first", empty);
        var equal = (await world.RunWithDatabaseAsync(empty, "verify", "first", "--data")).Expect(0);
        Assert.EndsWith("equal: the database holds what was saved\n", equal.Output, StringComparison.Ordinal);
        (await world.RunAsync("verify", "first")).Expect(0);
    }

    [Fact]
    public async Task What_a_database_lost_is_explained()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);
        (await world.RunAsync("verify", "first", "--data")).Expect(0);

        await world.Database.ExecuteAsync("backend", "DELETE FROM jobs WHERE id <= 3; DROP TABLE settings");

        var different = (await world.RunAsync("verify", "first", "--data")).Expect(3);
        Assert.Contains("backend.public.jobs: saved 1000 rows, live 997 rows", different.Output, StringComparison.Ordinal);
        Assert.Contains("missing: backend.public.settings", different.Output, StringComparison.Ordinal);
        var json = JsonNode.Parse((await world.RunAsync("verify", "first", "--data", "--output", "json")).Expect(3).Output)!;
        Assert.False((bool)json["equal"]!);
    }

    [Fact]
    public async Task Status_tells_the_age_and_misses_the_objective_without_a_checkpoint()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);

        var none = (await world.RunAsync("status")).Expect(12);
        Assert.Contains("Recovery point of database: none, objective 24 h: MISSED", none.Output, StringComparison.Ordinal);
        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);
        var met = (await world.RunAsync("status")).Expect(0);
        Assert.Contains("pgdump of first, objective 24 h: met", met.Output, StringComparison.Ordinal);

        // A cluster that is lost, with the disk of the dumps still there.
        var offline = (await world.Workspace.RunAsync(world.Nowhere(), "status")).Expect(0);
        Assert.Contains("objective 24 h: met", offline.Output, StringComparison.Ordinal);

        Directory.Delete(Path.Combine(world.Dumps, "prod", "first"), recursive: true);

        var lost = (await world.RunAsync("status")).Expect(12);
        Assert.Contains("Not usable: first: database:", lost.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_mounted_is_not_an_empty_one()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);
        (await world.RunAsync("checkpoint", "--name", "second")).Expect(0);

        Directory.Move(world.Dumps, world.Workspace.File("elsewhere"));

        var status = (await world.RunAsync("status")).Expect(11);
        Assert.Contains("not checked, only what the tag says:", status.Output, StringComparison.Ordinal);
        (await world.RunAsync("prune", "first")).Expect(11);
        Assert.Equal(2, world.Tags().Length);
        await world.ConfigureAsync($"retention: {{keepLast: 1}}");
        (await world.RunAsync("prune")).Expect(11);
        Assert.Equal(2, world.Tags().Length);
    }

    [Fact]
    public async Task A_wrong_password_fails_the_checkpoint_and_leaves_nothing()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        world.SetPassword("canary-wrong-password");

        var failed = (await world.RunAsync("checkpoint", "--name", "first")).Expect(11);

        Assert.Contains("The checkpoint is not made", failed.Error, StringComparison.Ordinal);
        Assert.Contains("password", failed.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("canary-wrong", world.Workspace.Dr.Everything, StringComparison.Ordinal);
        Assert.Empty(world.Tags());
        Assert.False(Directory.Exists(Path.Combine(world.Dumps, "prod")) && Directory.EnumerateFileSystemEntries(Path.Combine(world.Dumps, "prod")).Any());
    }

    [Fact]
    public async Task A_partial_checkpoint_is_made_on_request_only()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);
        world.SetPassword("wrong");

        var made = (await world.RunAsync("checkpoint", "--name", "first", "--allow-partial")).Expect(0);

        Assert.Contains("PARTIAL: database failed.", made.Output, StringComparison.Ordinal);
        Assert.Contains("failure:", world.Workspace.Text("snapshots/database.yaml"), StringComparison.Ordinal);
        (await world.RunAsync("status")).Expect(12);
        (await world.RunAsync("verify", "first", "--data")).Expect(8);
    }

    [Fact]
    public async Task The_password_is_nowhere()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration);

        (await world.RunAsync("checkpoint", "--name", "first")).Expect(0);
        (await world.RunAsync("status", "--output", "json")).Expect(0);
        (await world.RunAsync("checkpoint", "--name", "second", "--output", "yaml")).Expect(0);

        var everything = world.Workspace.Dr.Everything + world.Workspace.Git.Run("log", "-p", "--all")
            + world.Workspace.Git.Run("for-each-ref", "--format=%(contents)")
            + string.Concat(Directory.EnumerateFiles(world.Dumps, "*", SearchOption.AllDirectories).Select(file => File.ReadAllText(file, System.Text.Encoding.Latin1)));
        Assert.DoesNotContain(PostgresServer.Password, everything, StringComparison.Ordinal);
        Assert.DoesNotContain(RunAiSchema.Password, everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pruning_deletes_dumps_with_their_tags_at_the_remote_too()
    {
        await using var world = await CheckpointWorld.StartAsync(Configuration + "\nretention: {keepLast: 1}\n");
        var remote = new GitProgram(world.Workspace.Path);
        remote.Run("init", "--quiet", "--bare", "--initial-branch", "main", "remote.git");
        await world.ConfigureAsync("remote: {url: remote.git}".Replace("remote.git", world.Workspace.File("remote.git"), StringComparison.Ordinal));
        (await world.RunAsync("checkpoint", "--name", "named")).Expect(0);
        var pushed = (await world.RunAsync("checkpoint")).Expect(0);
        Assert.Contains("Pushed to the remote", pushed.Output, StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(1.1), TimeProvider.System);
        (await world.RunAsync("checkpoint")).Expect(0);
        var there = new GitProgram(world.Workspace.File("remote.git"));
        Assert.Equal(3, there.Lines("tag").Length);

        var plan = (await world.RunAsync("prune", "--dry-run")).Expect(0);
        Assert.Equal(3, there.Lines("tag").Length);
        Assert.Contains("named: it was given a name", plan.Output, StringComparison.Ordinal);
        var pruned = (await world.RunAsync("prune")).Expect(0);

        Assert.Contains("Deleted tag dr/prod/2", pruned.Output, StringComparison.Ordinal);
        Assert.Contains("Deleted pgdump ", pruned.Output, StringComparison.Ordinal);
        Assert.Equal(2, there.Lines("tag").Length);
        Assert.Equal(world.Tags(), there.Lines("tag"));
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(world.Dumps, "prod")).Length);
        Assert.Contains("Nothing to delete", (await world.RunAsync("prune")).Expect(0).Output, StringComparison.Ordinal);
        var only = world.Tags()[0]["dr/prod/".Length..];
        (await world.RunAsync("prune", "named")).Expect(0);
        var refused = (await world.RunAsync("prune", only)).Expect(4);
        Assert.Contains($"keep    {only}: without it there is no usable database", refused.Output, StringComparison.Ordinal);
        (await world.RunAsync("prune", "named")).Expect(2);
        (await world.RunAsync("checkpoint", "--name", "20261127-010003")).Expect(2);
        there.AssertSound();
    }
}
