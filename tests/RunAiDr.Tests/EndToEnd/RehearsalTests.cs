using System.Text.Json.Nodes;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Whether a checkpoint can be restored is known before it has to be, and no cluster is touched for it.</summary>
public sealed class RehearsalTests
{
    private const string Dumped = """
        database: {provider: pgdump, names: [backend]}
        metrics: {provider: csi}
        dumps: {directory: dumps}
        """;

    private static readonly string Charts = Path.Combine(EndToEndCluster.Data, "charts");

    private static string WithCharts => $$"""
        {{Dumped}}
        charts: {controlPlane: "{{Charts}}/control-plane-2.20.24.tgz", cluster: "{{Charts}}/runai-cluster-2.20.24.tgz"}
        """;

    [Fact]
    public async Task A_checkpoint_with_dump_volumes_and_charts_passes_and_leaves_nothing_behind()
    {
        await using var world = await CheckpointWorld.StartAsync(WithCharts);
        await world.RunAsync("checkpoint", "--name", "p");
        using var scene = new RehearsalScene(world.Workspace);
        var revision = world.Cluster.Sandbox.Revision;

        var done = await scene.RunAsync("rehearse", "p", "--strict", "--report", "rehearsal.json", "--kubeconfig", world.Cluster.Kubeconfig);

        done.Expect(0);
        Assert.EndsWith("passed", done.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("release runai-backend/runai-backend", done.Output, StringComparison.Ordinal);
        Assert.Contains("database (pgdump)", done.Output, StringComparison.Ordinal);
        Assert.Contains("volume runai-backend/", done.Output, StringComparison.Ordinal);
        Assert.Contains("secret values that nobody supplied", done.Output, StringComparison.Ordinal);
        var report = JsonNode.Parse(await File.ReadAllTextAsync(world.Workspace.File("rehearsal.json")))!;
        Assert.Equal("p", (string?)report["checkpoint"]);
        Assert.Equal("complete", (string?)report["outcome"]);
        Assert.True((bool)report["passed"]!);
        Assert.False((bool)report["partly"]!);
        Assert.Empty(report["differences"]!.AsArray());
        Assert.True((int)report["madeUp"]! > 0);
        Assert.Equal(revision, world.Cluster.Sandbox.Revision);
        scene.AssertNothingLeft();
        Assert.Contains("Rehearsal: of p", (await world.RunAsync("status")).Output, StringComparison.Ordinal);
        var status = JsonNode.Parse((await world.RunAsync("status", "-o", "json")).Output)!["rehearsal"]!;
        Assert.Equal(("p", true, false), ((string?)status["checkpoint"], (bool)status["passed"]!, (bool)status["partly"]!));
    }

    [Fact]
    public async Task What_is_missing_for_a_whole_rehearsal_is_named_and_fails_only_a_strict_one()
    {
        await using var world = await CheckpointWorld.StartAsync(Dumped);
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);

        var partly = (await world.RunAsync("rehearse", "p")).Expect(0);
        var strict = (await world.RunAsync("rehearse", "p", "--strict", "-o", "json")).Expect(4);

        Assert.Contains("passed, partly: not rehearsed were volumes, control plane, cluster", partly.Output, StringComparison.Ordinal);
        Assert.Contains("charts.controlPlane is not configured", partly.Output, StringComparison.Ordinal);
        var document = JsonNode.Parse(strict.Output)!;
        Assert.Equal(["volumes", "control-plane", "cluster"], document["leftOut"]!.AsArray().Select(phase => (string?)phase!["phase"]));
        Assert.Contains("passed, partly", (await world.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_dump_fails_the_rehearsal_by_its_name()
    {
        await using var world = await CheckpointWorld.StartAsync(Dumped);
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);
        var dump = Path.Combine(world.Dumps, EndToEndWorkspace.Cluster, "p", "backend.dump");
        var bytes = await File.ReadAllBytesAsync(dump);
        bytes[bytes.Length / 2] ^= 0xff;
        await File.WriteAllBytesAsync(dump, bytes);

        var changed = (await world.RunAsync("rehearse", "p")).Expect(9);
        File.Delete(dump);
        var gone = (await world.RunAsync("rehearse", "p")).Expect(4);

        Assert.Contains("backend.dump", changed.Output, StringComparison.Ordinal);
        Assert.Contains("backend.dump", gone.Output, StringComparison.Ordinal);
        Assert.Contains("NOT PASSED", (await world.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_point_that_cannot_be_read_is_told_with_file_and_line()
    {
        await using var world = await CheckpointWorld.StartAsync("");
        await world.Workspace.DoAsync(world.Cluster, "export");
        const string Binding = "namespaces/runai-vision/rolebindings/runai-researcher.yaml";
        world.Workspace.Commit((folder, _) => Edit(Path.Combine(folder, Binding), "kind: RoleBinding", "kind: Secret"));

        var ended = (await world.RunAsync("rehearse", "main")).Expect(8);

        Assert.Matches($"{Binding.Replace(".", "\\.", StringComparison.Ordinal)}:[0-9]+", ended.Output);
    }

    [Fact]
    public async Task A_binding_that_the_API_server_refuses_fails_the_rehearsal()
    {
        await using var world = await CheckpointWorld.StartAsync("");
        await world.Workspace.DoAsync(world.Cluster, "export");
        const string Binding = "namespaces/runai-vision/rolebindings/runai-researcher.yaml";
        world.Workspace.Commit((folder, _) => Edit(Path.Combine(folder, Binding), "kind: User", "kind: Robot"));

        var ended = (await world.RunAsync("rehearse", "main")).Expect(9);

        Assert.Contains("not passed: rolebindings.rbac.authorization.k8s.io/runai-researcher -n runai-vision", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_the_storage_has_lost_fails_the_rehearsal_and_no_cluster_at_all_does_not()
    {
        await using var world = await CheckpointWorld.StartAsync(
            WithCharts.Replace("database: {provider: pgdump, names: [backend]}", "database: {provider: csi}", StringComparison.Ordinal));
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);

        var alone = (await world.Workspace.RunAsync(world.Nowhere(), "rehearse", "p")).Expect(0);
        foreach (var snapshot in (await world.Cluster.GetAsync("volumesnapshots", "-A"))["items"]!.AsArray())
        {
            await world.Cluster.KubectlAsync("delete", "volumesnapshot", (string)snapshot!["metadata"]!["name"]!, "-n", (string)snapshot["metadata"]!["namespace"]!);
        }

        var lost = (await world.RunAsync("rehearse", "p")).Expect(11);

        Assert.Contains("whether the snapshots still exist is not known", alone.Output, StringComparison.Ordinal);
        Assert.Contains("only the storage can open the snapshot", alone.Output, StringComparison.Ordinal);
        Assert.Contains("not passed: snapshot of database", lost.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_in_nothing_that_it_prints_or_leaves()
    {
        await using var world = await CheckpointWorld.StartAsync(WithCharts);
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);
        var secrets = EndToEndSecrets.Write(world.Workspace, "dr/prod/p");

        foreach (var format in (string[])["text", "json", "yaml"])
        {
            (await world.RunAsync("rehearse", "p", "--secrets", secrets, "--report", $"{format}.json", "-o", format)).Expect(0);
        }

        EndToEndCanaries.AssertNoneIn(world.Workspace.Dr.Everything, "standard output or error");
        EndToEndCanaries.AssertNoneIn(world.Workspace);
        EndToEndCanaries.AssertNoneBelow(world.Workspace.Path, secrets);
    }

    [Fact]
    public async Task An_interrupted_rehearsal_leaves_nothing_behind()
    {
        await using var world = await CheckpointWorld.StartAsync(WithCharts);
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);
        using var scene = new RehearsalScene(world.Workspace);

        var code = await scene.InterruptAsync("rehearse", "p", "--kubeconfig", world.Cluster.Kubeconfig);

        Assert.Equal(130, code);
        scene.AssertNothingLeft();
        Assert.Contains("Rehearsal: none", (await world.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_of_an_API_server_that_do_not_start_are_told()
    {
        await using var world = await CheckpointWorld.StartAsync("");
        await world.Workspace.DoAsync(world.Cluster, "export");
        var dr = Processes.At(world.Workspace.Path).With("KUBEBUILDER_ASSETS", world.Workspace.File("nowhere"));

        var ended = (await dr.RunAsync("rehearse", "main", "--kubeconfig", world.Cluster.Kubeconfig)).Expect(2);

        Assert.Contains("KUBEBUILDER_ASSETS", ended.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_real_API_server_takes_the_resources_and_a_real_database_the_dump()
    {
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        Skip.If(string.IsNullOrEmpty(assets), "Needs a real API server: KUBEBUILDER_ASSETS.");
        await using var world = await CheckpointWorld.StartAsync(WithCharts);
        (await world.RunAsync("checkpoint", "--name", "p")).Expect(0);
        var dr = Processes.At(world.Workspace.Path).With("KUBEBUILDER_ASSETS", assets);

        var ended = (await dr.RunAsync("rehearse", "p", "--kubeconfig", world.Cluster.Kubeconfig)).Expect(0);

        Assert.Contains("on kube-apiserver", ended.Output, StringComparison.Ordinal);
        Assert.Contains("database (pgdump)", ended.Output, StringComparison.Ordinal);
        Assert.Contains("passed, partly: not rehearsed were volumes, control plane, cluster", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_its_schedule_sync_rehearses_the_newest_checkpoint_and_tells_everybody()
    {
        await using var world = await CheckpointWorld.StartAsync($"{Dumped}\nrehearsal: {{schedule: 0 3 * * *}}\n");
        (await world.RunAsync("checkpoint", "--name", "old")).Expect(0);
        (await world.RunAsync("checkpoint", "--name", "new")).Expect(0);

        // The night before last was the last time, so one is due.
        var note = world.Workspace.File("dr.git/rehearsals-prod.json");
        await File.WriteAllTextAsync(note, """[{"startedAt":"2026-01-01T00:00:00Z","duration":"00:00:01","restorePoint":"0123456789","passed":true,"partly":false}]""");
        var config = await File.ReadAllTextAsync(world.Workspace.File("runai-dr.yaml"));
        await using var sync = SyncProcess.Start(world.Workspace.Path, config.Replace("listen: 127.0.0.1:8080", $"kubeconfig: \"{world.Cluster.Kubeconfig}\"", StringComparison.Ordinal));

        await SyncedCluster.UntilAsync(() => File.ReadAllText(note).Contains("\"new\"", StringComparison.Ordinal), () => sync.Log);
        await SyncedCluster.UntilAsync(
            () => sync.ReadyAsync().GetAwaiter().GetResult().Text.Contains("[+]prod rehearsal of new", StringComparison.Ordinal), () => sync.Log);
        var metrics = await sync.MetricsAsync();
        Assert.Matches("runai_dr_rehearsal_passed\\{cluster=\"prod\"\\} 1", metrics);
        Assert.Contains("runai_dr_rehearsal_age_seconds{cluster=\"prod\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("runai_dr_rehearsal_duration_seconds{cluster=\"prod\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("rehearsal of new passed, partly", sync.Log, StringComparison.Ordinal);
        Assert.Contains("Rehearsal: of new", (await world.RunAsync("status")).Output, StringComparison.Ordinal);
    }

    private static void Edit(string file, string before, string after)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(before, after, StringComparison.Ordinal));
    }
}
