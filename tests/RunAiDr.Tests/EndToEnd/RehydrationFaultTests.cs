using System.Collections.Concurrent;
using RunAiDr.Cli;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What goes wrong at three in the morning, and that the same command goes on afterwards.</summary>
public sealed class RehydrationFaultTests
{
    private const string Dumped = """
        database: {provider: pgdump, names: [backend]}
        dumps: {directory: dumps}
        """;

    [Fact]
    public async Task A_control_plane_that_is_not_ready_stops_the_run_and_says_why()
    {
        var troubles = new ConcurrentDictionary<string, PodTrouble> { ["runai-backend-postgresql"] = PodTrouble.ImagePullBackOff };
        await using var world = await RehydrationWorld.StartAsync(Dumped, workloads: new SandboxWorkloads
        {
            Trouble = (_, workload) => troubles.TryGetValue(workload, out var trouble) ? trouble : null,
        });
        await world.Lost.ConfigureAsync("helm: {timeout: 4s}");

        var failed = (await world.RehydrateAsync()).Expect(9);

        Assert.Contains("failed       release runai-backend/runai-backend", failed.Output, StringComparison.Ordinal);
        Assert.Contains("ImagePullBackOff", failed.Output, StringComparison.Ordinal);
        Assert.Contains("not reached  release runai/runai-cluster", failed.Output, StringComparison.Ordinal);
        Assert.Contains("run the same command again", failed.Output, StringComparison.Ordinal);

        troubles.Clear();
        (await world.RehydrateAsync()).Expect(0);
        (await world.RunAsync("verify", "p", "--data")).Expect(0);
    }

    [Fact]
    public async Task Killed_anywhere_and_run_again_it_reaches_the_same_state()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);
        var random = new Random(7);
        var killed = 0;
        for (var round = 0; round < 8; round++)
        {
            await using var run = SyncProcess.StartCommand(
                world.Workspace.Path, "rehydrate", "p", "--secrets", world.Secrets, "--yes", "--sync-limit", "60", "--kubeconfig", world.Fresh.Kubeconfig);
            await Task.Delay(random.Next(1500, 9000), CancellationToken.None);
            killed += run.HasEnded ? 0 : 1;
            await run.KillAsync();
        }

        (await world.RehydrateAsync()).Expect(0);

        Assert.InRange(killed, 2, 8);
        (await world.RunAsync("verify", "p")).Expect(0);
        (await world.RunAsync("verify", "p", "--data")).Expect(0);
        Assert.DoesNotContain("runai-dr/replicas", await world.Fresh.KubectlAsync("get", "statefulsets,deployments", "-A", "-o", "yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_cut_is_waited_for()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);
        await using var front = new TcpFront(world.Fresh.Sandbox.Address);
        var port = $":{world.Fresh.Sandbox.Address.Port}";
        var kubeconfig = world.Workspace.File("cut.kubeconfig");
        var text = await File.ReadAllTextAsync(world.Fresh.Kubeconfig);
        await File.WriteAllTextAsync(kubeconfig, text.Replace(port, $":{front.Port}", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        var cutting = CutAsync(front, stop.Token);

        var run = await world.Workspace.Dr.RunAsync(
            "rehydrate", "p", "--secrets", world.Secrets, "--yes", "--sync-limit", "60", "--kubeconfig", kubeconfig);

        await stop.CancelAsync();
        await cutting;
        Assert.Contains(run.Code, (int[])[0, 5, 9]);
        (await world.RehydrateAsync()).Expect(0);
        (await world.RunAsync("verify", "p", "--data")).Expect(0);
    }

    [Fact]
    public async Task Names_can_be_others_on_the_target_and_the_proof_knows()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);
        string[] maps = ["--map-namespace", "runai-vision=vision", "--map-storage-class", "fast-ssd=gold"];
        await world.Fresh.ApplyAsync("""
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: gold}
            provisioner: csi.example.internal
            volumeBindingMode: WaitForFirstConsumer
            """);

        (await world.RehydrateAsync(["--skip", "volumes,database,metrics", .. maps])).Expect(0);

        (await world.RunAsync(["verify", "p", .. maps])).Expect(0);
        (await world.RunAsync("verify", "p")).Expect(3);
        Assert.Contains("runai-researcher", await world.Fresh.KubectlAsync("get", "rolebindings", "-n", "vision", "-o", "name"), StringComparison.Ordinal);
        Assert.Contains("storageClass: gold", await world.Fresh.HelmAsync("get", "values", "runai-backend", "-n", "runai-backend"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_clusters_do_not_share_an_identity_unnoticed()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);
        await world.Lost.ConfigureAsync($"kubeconfig: \"{world.Lost.Cluster.Kubeconfig}\"");

        var refused = (await world.RehydrateAsync()).Expect(4);

        Assert.Contains("two clusters would share one cluster.uid", refused.Error, StringComparison.Ordinal);
        (await world.RunAsync("plan", "p", "--secrets", world.Secrets, "--allow-connected")).Expect(0);
        await world.Lost.Cluster.KubectlAsync("delete", "runaiconfigs.run.ai", "runai", "-n", "runai");
        (await world.RunAsync("plan", "p", "--secrets", world.Secrets)).Expect(0);
    }

    [Fact]
    public async Task Nothing_is_written_before_somebody_has_said_that_this_is_the_cluster()
    {
        await using var world = await RehydrationWorld.StartAsync(Dumped);
        var revision = world.Fresh.Sandbox.Revision;
        string[] command = ["rehydrate", "p", "--only", "namespaces,project-namespaces", "--kubeconfig", world.Fresh.Kubeconfig];

        Assert.Contains("--yes", (await world.Workspace.Dr.RunAsync(command)).Expect(4).Error, StringComparison.Ordinal);
        var (no, asked) = await AnswerAsync(world, "n", command);

        Assert.Equal(4, no);
        Assert.Contains(world.Fresh.Sandbox.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), asked, StringComparison.Ordinal);
        Assert.Equal(revision, world.Fresh.Sandbox.Revision);
        var (yes, _) = await AnswerAsync(world, "y", command);
        Assert.Equal(0, yes);
        Assert.Contains("runai-vision", await world.Fresh.KubectlAsync("get", "namespaces", "-o", "name"), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Asked)> AnswerAsync(RehydrationWorld world, string answer, string[] command)
    {
        var asked = "";
        var context = world.Workspace.Dr.Context with
        {
            Ask = (question, _) =>
            {
                asked += question;
                return answer;
            },
        };
        return (await new CommandLine(context).InvokeAsync([.. command, "--without-secrets"], CancellationToken.None), asked);
    }

    private static async Task CutAsync(TcpFront front, CancellationToken ct)
    {
        for (var round = 0; round < 6 && !ct.IsCancellationRequested; round++)
        {
            await Task.Delay(1500, CancellationToken.None);
            front.Cut();
        }
    }
}
