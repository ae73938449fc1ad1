using System.Text.Json.Nodes;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Laws 1, 2 and 7 on the sample installation, from command to command.</summary>
public sealed class RoundTripTests : IDisposable
{
    private static readonly string[] CompareOnly = ["Project", "Department", "NodePool", "AccessRule"];

    private EndToEndWorkspace Workspace => field ??= EndToEndWorkspace.InitAsync().GetAwaiter().GetResult();

    public void Dispose() => Workspace.Dispose();

    [Fact]
    public async Task Exporting_twice_makes_one_restore_point()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await Workspace.DoAsync(cluster, "export");
        var (tip, tree) = (Workspace.Tip(), Workspace.TreeId());

        var again = await Workspace.DoAsync(cluster, "export");

        Assert.Contains("Nothing changed", again.Output, StringComparison.Ordinal);
        Assert.Equal((tip, tree), (Workspace.Tip(), Workspace.TreeId()));
        Workspace.Git.AssertSound();
    }

    [Fact]
    public async Task The_same_installation_made_in_another_order_gives_the_same_bytes()
    {
        await using var one = await EndToEndCluster.SampleAsync();
        await using var other = await EndToEndCluster.EmptyAsync();
        other.Load(Backwards());
        await Workspace.DoAsync(one, "export");
        var first = Workspace.Files();

        await Workspace.DoAsync(other, "export", "--allow-deletions");

        Assert.Equal(["M restore-point.yaml"], Workspace.Changes());
        Assert.Equal(
            WithoutUid(Workspace.Text("restore-point.yaml", "main~1")), WithoutUid(Workspace.Text("restore-point.yaml")));
        Assert.True(first.Count > 200);
    }

    [Fact]
    public async Task A_rehydrated_cluster_is_verified_equal_and_exports_to_the_same_tree()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var secrets = EndToEndSecrets.Write(Workspace, "dr/prod/p");

        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets);
        var verified = await Workspace.DoAsync(fresh, "verify", "p");
        var deferred = Deferred(await Workspace.AskAsync(fresh, "verify", "p"));
        await Workspace.DoAsync(fresh, "export", "--allow-deletions");

        Assert.Contains("equal, but for", verified.Output, StringComparison.Ordinal);
        Assert.Equal(deferred, PathsThatDiffer("dr/prod/p", "main"));
        Assert.All(deferred, path => Assert.Matches(
            "^(values/|cluster/(projects|departments|nodepools|accessrules)|namespaces/.*/runai-project-vision-access)", path));
    }

    [Fact]
    public async Task With_what_the_control_plane_brings_back_only_the_Helm_releases_are_waited_for()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        fresh.Load(SampleInstallation.Resources().Where(resource =>
            (string?)resource["kind"] == "CustomResourceDefinition" || IsCompareOnly(resource)));
        await Workspace.DoAsync(lost, "export", "--tag", "p");

        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", EndToEndSecrets.Write(Workspace, "dr/prod/p"));

        var result = await Workspace.AskAsync(fresh, "verify", "p");
        Assert.True((bool)result["equal"]!);
        Assert.All(Deferred(result), path => Assert.StartsWith("values/", path, StringComparison.Ordinal));
        var binding = await fresh.GetAsync("rolebinding", "-n", "runai-vision", "runai-project-vision-access");
        var project = await fresh.GetAsync("projects.run.ai", "vision");
        Assert.Equal((string)project["metadata"]!["uid"]!, (string)binding["metadata"]!["ownerReferences"]![0]!["uid"]!);
    }

    [Fact]
    public async Task Rehydrating_again_changes_nothing()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var secrets = EndToEndSecrets.Write(Workspace, "dr/prod/p");
        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets);
        var revision = fresh.Sandbox.Revision;

        var again = await Workspace.AskAsync(fresh, "rehydrate", "p", "--secrets", secrets);

        Assert.Equal("complete", (string)again["outcome"]!);
        Assert.All(again["resources"]!.AsArray(), resource => Assert.Equal("unchanged", (string)resource!["action"]!));
        Assert.Equal(revision, fresh.Sandbox.Revision);
    }

    [Fact]
    public async Task A_rehydration_that_is_interrupted_again_and_again_ends_in_the_same_state()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var secrets = EndToEndSecrets.Write(Workspace, "dr/prod/p");
        var codes = new List<int>();
        foreach (var writes in (int[])[3, 30, 60])
        {
            codes.Add(await InterruptedAfterAsync(fresh, writes, secrets));
        }

        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets);

        Assert.Contains(130, codes);
        Assert.All(codes, code => Assert.Contains(code, (int[])[0, 130]));
        await Workspace.DoAsync(fresh, "verify", "p");
    }

    [Fact]
    public async Task A_dry_run_on_the_server_writes_nothing()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var revision = fresh.Sandbox.Revision;

        var ended = await Workspace.RunAsync(
            fresh, "rehydrate", "p", "--dry-run", "server", "--secrets", EndToEndSecrets.Write(Workspace, "dr/prod/p"));

        Assert.Contains("nothing was written", ended.Output, StringComparison.Ordinal);
        Assert.Equal(revision, fresh.Sandbox.Revision);
        Assert.Equal(4, (await fresh.GetAsync("namespaces"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Without_secrets_everything_else_is_restored()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var refused = (await Workspace.RunAsync(fresh, "rehydrate", "p")).Expect(4);
        Assert.Contains("secrets:", refused.Error, StringComparison.Ordinal);

        (await Workspace.RunAsync(fresh, "rehydrate", "p", "--without-secrets")).Expect(9);

        var result = JsonNode.Parse((await Workspace.RunAsync(fresh, "verify", "p", "-o", "json")).Expect(3).Output)!;
        Assert.All(result["differences"]!.AsArray(), difference =>
            Assert.Contains("runai-dr-secret:", Workspace.Text((string)difference!["path"]!), StringComparison.Ordinal));
        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", EndToEndSecrets.Write(Workspace, "dr/prod/p"));
        await Workspace.DoAsync(fresh, "verify", "p");
    }

    [Fact]
    public async Task What_differs_on_the_target_is_left_alone_unless_it_may_be_overwritten()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await Workspace.DoAsync(lost, "export", "--tag", "p");
        var secrets = EndToEndSecrets.Write(Workspace, "dr/prod/p");
        await fresh.KubectlAsync("create", "namespace", "runai");
        await fresh.KubectlAsync("create", "configmap", "template-admin", "-n", "runai", "--from-literal=values=another");

        (await Workspace.RunAsync(fresh, "rehydrate", "p", "--secrets", secrets)).Expect(4);
        (await Workspace.RunAsync(fresh, "rehydrate", "p", "--secrets", secrets, "--into-existing")).Expect(9);
        var plan = await Workspace.AskAsync(fresh, "plan", "p", "--secrets", secrets, "--into-existing");

        Assert.Equal("another", await ValueOfTemplateAsync());
        Assert.Equal(
            ["runai", "template-admin"],
            plan["steps"]!.AsArray().Where(step => (string)step!["action"]! == "conflict")
                .Select(step => (string)step!["key"]!["name"]!));

        await Workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets, "--overwrite");
        Assert.NotEqual("another", await ValueOfTemplateAsync());
        await Workspace.DoAsync(fresh, "verify", "p");

        async Task<string> ValueOfTemplateAsync() =>
            (string)(await fresh.GetAsync("configmap", "template-admin", "-n", "runai"))["data"]!["values"]!;
    }

    private static bool IsCompareOnly(JsonObject resource) => CompareOnly.Contains((string)resource["kind"]!);

    private static IEnumerable<JsonObject> Backwards()
    {
        var all = SampleInstallation.Resources().Reverse().ToList();

        // What is owned comes last: the garbage collector takes away what has no owner.
        return all.OrderBy(resource => IsNeededFirst(resource) ? 0 : IsOwned(resource) ? 2 : 1);
    }

    private static bool IsOwned(JsonObject resource) => resource["metadata"]!["ownerReferences"] is not null;

    private static bool IsNeededFirst(JsonObject resource) => (string)resource["kind"]! is "CustomResourceDefinition" or "Namespace";

    private static string[] WithoutUid(string info) =>
        [.. info.Split('\n').Where(line => !line.StartsWith("clusterUid:", StringComparison.Ordinal))];

    private static string[] Deferred(JsonNode verified) =>
        [.. verified["deferred"]!.AsArray().Select(item => (string)item!["difference"]!["path"]!).Order(StringComparer.Ordinal)];

    private string[] PathsThatDiffer(string before, string after)
    {
        var (old, now) = (Workspace.Files(before), Workspace.Files(after));
        return
        [
            .. old.Keys.Union(now.Keys).Where(path => path is not (RestorePointInfo.Path or RunbookPage.Path))
                .Where(path => old.GetValueOrDefault(path) != now.GetValueOrDefault(path)).Order(StringComparer.Ordinal),
        ];
    }

    private async Task<int> InterruptedAfterAsync(EndToEndCluster cluster, int writes, string secrets)
    {
        using var stop = new CancellationTokenSource();
        var end = cluster.Sandbox.Revision + writes;
        var running = Task.Run(() => Workspace.Dr.RunAsync(
            stop.Token, "rehydrate", "p", "--secrets", secrets, "--skip", "control-plane,cluster", "--yes", "--kubeconfig", cluster.Kubeconfig));
        while (!running.IsCompleted && cluster.Sandbox.Revision < end)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        return (await running).Code;
    }
}
