using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>The main job on a real API server, loaded with the real kubectl and helm as people load it.</summary>
public sealed class RealServerTests
{
    [SkippableFact]
    public async Task What_was_exported_is_rehydrated_and_proven_equal()
    {
        await using var fresh = await EndToEndRealServer.EmptyAsync();
        await using var lost = EndToEndRealServer.CanStart
            ? await EndToEndRealServer.EmptyAsync() : await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        if (EndToEndRealServer.CanStart)
        {
            await EndToEndRealServer.LoadAsync(lost);
        }

        await workspace.DoAsync(lost, "export", "--tag", "p");
        var tree = workspace.TreeId();
        Assert.Contains("Nothing changed", (await workspace.DoAsync(lost, "export")).Output, StringComparison.Ordinal);
        var secrets = EndToEndSecrets.Write(workspace, "dr/prod/p");

        // The dry run cannot check what lies in namespaces that it does not make.
        (await workspace.RunAsync(fresh, "rehydrate", "p", "--secrets", secrets, "--dry-run", "server")).Expect(9);
        Assert.DoesNotContain("runai", await fresh.KubectlAsync("get", "namespaces,crds", "-o", "name"), StringComparison.Ordinal);
        Assert.Equal(130, await InterruptedAsync(workspace, fresh, secrets));
        await workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets);
        await workspace.DoAsync(fresh, "verify", "p");
        var before = await VersionsAsync(fresh);
        var again = await workspace.AskAsync(fresh, "rehydrate", "p", "--secrets", secrets);
        Assert.All(again["resources"]!.AsArray(), resource => Assert.Equal("unchanged", (string)resource!["action"]!));
        Assert.Equal(before, await VersionsAsync(fresh));

        // Once the control plane has brought back its own, only the Helm releases are waited for.
        await ApplyCompareOnlyAsync(fresh, workspace);
        await workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets, "--overwrite"); // a binding gets its owner
        var verified = await workspace.AskAsync(fresh, "verify", "p");
        Assert.True((bool)verified["equal"]!);
        Assert.All(verified["deferred"]!.AsArray(), item =>
            Assert.StartsWith("values/", (string)item!["difference"]!["path"]!, StringComparison.Ordinal));
        Assert.Equal(tree, workspace.TreeId("dr/prod/p"));
        EndToEndCanaries.AssertNoneIn(workspace.Dr.Everything, "standard output or error");
        await EndToEndRealServer.WipeAsync(fresh);
    }

    [SkippableFact]
    public async Task The_ten_drift_cases_show_what_changed_and_nothing_else()
    {
        await using var cluster = await EndToEndRealServer.EmptyAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await EndToEndRealServer.LoadAsync(cluster);
        await workspace.DoAsync(cluster, "export");

        foreach (var change in DriftCase.All)
        {
            await change.CheckAsync(cluster, workspace);
        }

        EndToEndCanaries.AssertNoneIn(workspace);
        await EndToEndRealServer.WipeAsync(cluster);
    }

    [SkippableFact]
    public async Task Awkward_names_and_values_come_back_unchanged()
    {
        await using var fresh = await EndToEndRealServer.EmptyAsync();
        await using var lost = EndToEndRealServer.CanStart
            ? await EndToEndRealServer.EmptyAsync() : await EndToEndCluster.EmptyAsync();
        await lost.KubectlAsync("create", "namespace", "runai");

        await AwkwardResources.CheckAsync(lost, fresh);

        await EndToEndRealServer.WipeAsync(fresh);
    }

    /// <summary>The version of every object of the kinds that a rehydration writes.</summary>
    private static Task<string> VersionsAsync(EndToEndCluster cluster) => cluster.KubectlAsync(
        "get", "namespaces,rolebindings,configmaps,crds,secrets,serviceaccounts,runaiconfigs", "-A", "-o",
        "jsonpath={range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{\"\\n\"}{end}");

    private static async Task ApplyCompareOnlyAsync(EndToEndCluster cluster, EndToEndWorkspace workspace)
    {
        var folder = Directory.CreateDirectory(workspace.File("control-plane")).FullName;
        var resources = SampleInstallation.Resources()
            .Where(resource => (string)resource["kind"]! is "Project" or "Department" or "NodePool" or "AccessRule");
        foreach (var (number, resource) in resources.Index())
        {
            var metadata = resource["metadata"]!.AsObject();
            foreach (var field in (string[])["uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"])
            {
                metadata.Remove(field);
            }

            await File.WriteAllTextAsync(Path.Combine(folder, $"{number:000}.json"), resource.ToJsonString());
        }

        await cluster.KubectlAsync("create", "-f", folder);
    }

    private static async Task<int> InterruptedAsync(EndToEndWorkspace workspace, EndToEndCluster cluster, string secrets)
    {
        using var stop = new CancellationTokenSource();
        var running = Task.Run(() => workspace.Dr.RunAsync(
            stop.Token, "rehydrate", "p", "--secrets", secrets, "--skip", "control-plane,cluster", "--yes", "--kubeconfig", cluster.Kubeconfig));
        var probe = await ExistsAsync();
        while (!running.IsCompleted && !probe)
        {
            probe = await ExistsAsync();
        }

        await stop.CancelAsync();
        return (await running).Code;

        async Task<bool> ExistsAsync() =>
            (await cluster.KubectlAsync("get", "crds", "-o", "name")).Contains("run.ai", StringComparison.Ordinal);
    }
}
