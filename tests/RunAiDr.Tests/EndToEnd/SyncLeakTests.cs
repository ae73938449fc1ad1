using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Law 5 for the service: no planted secret in repositories, log, probes, metrics, pages or any file it writes.</summary>
public sealed class SyncLeakTests : SyncScene
{
    [Fact]
    public async Task No_secret_is_left_anywhere_by_a_run_with_rotations_and_failures()
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();
        foreach (var secret in SampleInstallation.Resources().Where(resource =>
            (string)resource["kind"]! == "Secret" && (string?)resource["type"] == "Opaque").Take(4))
        {
            var (ns, name) = ((string)secret["metadata"]!["namespace"]!, (string)secret["metadata"]!["name"]!);
            await Cluster.KubectlAsync("patch", "secret", name, "-n", ns, "-p", """{"stringData":{"more":"CANARY-1026-more","password":"CANARY-1001-new"}}""");
        }

        await HookAsync("exit 1");
        Load("one", "password: CANARY-1002-in-text");
        await UntilReadyzAsync(sync, "[-]remote behind");
        var failing = (await sync.ReadyAsync()).Text;
        await HookAsync(null);
        await UntilRemoteAsync("one", sync);
        Front.Cut();
        Cluster.Sandbox.Compact();
        Load("two");
        await UntilRemoteAsync("two", sync);
        await UntilCompleteAsync(sync);

        EndToEndCanaries.AssertNoneIn(await sync.MetricsAsync() + failing + (await sync.ReadyAsync()).Text, "a probe");
        await AssertNoneInPagesAsync(sync);
        Assert.Equal(0, await sync.TerminateAsync());
        EndToEndCanaries.AssertNoneIn(sync.Log, "the log");
        EndToEndCanaries.AssertNoneInRepository(Folder.File("dr.git"));
        EndToEndCanaries.AssertNoneInRepository(Folder.File("remote.git"));
        EndToEndCanaries.AssertNoneBelow(Folder.Path);
    }

    private async Task AssertNoneInPagesAsync(SyncProcess sync)
    {
        var files = Local.Lines("ls-tree", "-r", "--name-only", "main:clusters/prod");
        Assert.Contains($"<a href=\"/resources/{TemplatePath("two")}\">", (await sync.GetAsync("/")).Text, StringComparison.Ordinal);
        foreach (var page in (string[])
        [
            "/history", "/history?project=vision", "/checkpoints", "/coverage",
            .. Local.Lines("rev-list", "main", "--", "clusters/prod").Select(commit => $"/restore-points/{commit}"),
            .. files.Select(file => $"/resources/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}"),
        ])
        {
            await AssertNoneInAsync(sync, page);
            await AssertNoneInAsync(sync, $"/api{page}");
        }

        await AssertNoneInAsync(sync, "/api/status");
        await AssertNoneInAsync(sync, "/assets/dashboard.js");
    }

    private static async Task AssertNoneInAsync(SyncProcess sync, string path)
    {
        var (code, text) = await sync.GetAsync(path);
        Assert.True(code == 200, $"{path}: {code} {text}");
        EndToEndCanaries.AssertNoneIn(text, path);
    }
}
