using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Law 5 for the service: no planted secret in repositories, log, probes, metrics or any file it writes.</summary>
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
        Assert.Equal(0, await sync.TerminateAsync());
        EndToEndCanaries.AssertNoneIn(sync.Log, "the log");
        EndToEndCanaries.AssertNoneInRepository(Folder.File("dr.git"));
        EndToEndCanaries.AssertNoneInRepository(Folder.File("remote.git"));
        EndToEndCanaries.AssertNoneBelow(Folder.Path);
    }
}
