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
            await LoadAsync(lost);
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
        await LoadAsync(cluster);
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

    /// <summary>The commands of TestData/runai-cluster/README.md.</summary>
    private static async Task LoadAsync(EndToEndCluster cluster)
    {
        foreach (var file in Manifests("01").Where(file => !file.Contains("13-", StringComparison.Ordinal)))
        {
            await cluster.KubectlAsync("apply", "--server-side", "--field-manager=platform-admin", "-f", file);
            await cluster.KubectlAsync("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s");
        }

        await ReleaseAsync("runai-backend", "control-plane", "global.replicaCount=3");
        await ReleaseAsync("runai-cluster", "runai-cluster", "clusterConfig.prometheus.spec.retention=3h");
        foreach (var file in Manifests("56"))
        {
            await cluster.KubectlAsync("apply", "-f", file);
        }

        foreach (var file in Manifests("7"))
        {
            await cluster.KubectlAsync(
                "apply", "--server-side", "--force-conflicts", "--field-manager=platform-admin", "-f", file);
        }

        var project = await cluster.GetAsync("projects.run.ai", "vision");
        var binding = await File.ReadAllTextAsync(Path.Combine(EndToEndCluster.Data, "manifests", "finish", "owned-rolebinding.yaml"));
        await cluster.ApplyAsync(binding.Replace("PROJECT_UID", (string)project["metadata"]!["uid"]!, StringComparison.Ordinal));

        async Task ReleaseAsync(string release, string chart, string change)
        {
            var ns = release == "runai-cluster" ? "runai" : release;
            var file = $"charts/{chart}-2.20.24.tgz";
            await cluster.HelmAsync("install", release, file, "-n", ns, "-f", $"values/{release}.values.yaml", "--server-side=false");
            await cluster.HelmAsync(
                "upgrade", release, file, "-n", ns, "--reset-then-reuse-values", "--set", change, "--server-side=false");
        }
    }

    /// <summary>The version of every object of the kinds that a rehydration writes.</summary>
    private static Task<string> VersionsAsync(EndToEndCluster cluster) => cluster.KubectlAsync(
        "get", "namespaces,rolebindings,configmaps,crds,secrets,serviceaccounts,runaiconfigs", "-A", "-o",
        "jsonpath={range .items[*]}{.metadata.uid} {.metadata.resourceVersion}{\"\\n\"}{end}");

    /// <summary>The files that begin with one of these digits, in their order.</summary>
    private static IEnumerable<string> Manifests(string digits) =>
        Directory.EnumerateFiles(Path.Combine(EndToEndCluster.Data, "manifests"), "*.yaml")
            .Where(file => digits.Contains(Path.GetFileName(file)[0], StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

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
