using System.Text.Json.Nodes;
using RunAiDr.Core.Snapshots;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>That <c>coverage</c> leaves nothing of Run:ai out, and gives each resource the reason that holds.</summary>
public sealed class CoverageCommandTests
{
    private const string Token = "token";

    [Fact]
    public async Task Coverage_of_the_sample_installation_reads_like_this()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");

        var text = (await workspace.DoAsync(cluster, "coverage")).Output;

        Verified.Text(text.Replace(workspace.Tip()[..8], "<commit>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_resource_that_no_rule_is_about_is_unexplained()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await cluster.KubectlAsync("create", "configmap", "made-by-hand", "-n", "runai", "--from-literal=a=b");
        await workspace.DoAsync(cluster, "export");

        var text = (await workspace.RunAsync(cluster, "coverage", "--exit-code")).Expect(3).Output;

        Assert.Equal("unexplained", await ReasonAsync(workspace, cluster, "configmaps", "made-by-hand"));
        Assert.Contains("\nunexplained:\n", text, StringComparison.Ordinal);
        Assert.Contains("  configmaps/made-by-hand -n runai: last written by kubectl-create\n", text, StringComparison.Ordinal);
        await workspace.DoAsync(cluster, "coverage");
    }

    /// <summary>
    /// Three resources of the sample say in no way where they come from: not even a label of a run that is over. Whether they
    /// may be lost, only who runs the cluster knows, and says it with a rule.
    /// </summary>
    [Fact]
    public async Task With_a_checkpoint_and_rules_for_what_only_an_operator_can_know_nothing_is_left()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await File.WriteAllTextAsync(workspace.File("scope.yaml"), $$"""
            {{RepositoryFiles.Read("templates/scopes/runai.yaml")}}
              - name: records of our scheduler
                kinds: [configmaps]
                where: {namespaces: [runai], names: [runai-scheduler-leader]}
                treatment: omit
              - name: leftovers of runs
                kinds: [configmaps, persistentvolumeclaims]
                where: {projectNamespaces: true, names: ["resnet-sweep-*"]}
                treatment: omit

            """);
        await File.AppendAllTextAsync(workspace.File("runai-dr.yaml"), "\nscope: scope.yaml\n");
        await workspace.DoAsync(cluster, "export");
        var before = (await workspace.RunAsync(cluster, "coverage", "--exit-code")).Expect(3).Output;
        workspace.Commit((folder, _) => WriteReferences(Path.Combine(folder, "snapshots")));

        var after = (await workspace.RunAsync(cluster, "coverage", "--exit-code")).Expect(0).Output;

        Assert.Contains("data-runai-backend-postgresql-0 -n runai-backend: no checkpoint has the database\n", before, StringComparison.Ordinal);
        Assert.DoesNotContain("unexplained", after, StringComparison.Ordinal);
        Assert.Equal(("snapshot", "checkpoint nightly"), Find(await ItemsAsync(workspace, cluster), "persistentvolumeclaims", "data-runai-backend-postgresql-0"));
    }

    [Fact]
    public async Task Of_one_project_nothing_else_is_read()
    {
        await using var cluster = await EndToEndCluster.SampleAsync((Token, new SandboxUser("anna")));
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await cluster.ApplyAsync("""
            {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: names}, rules: [
              {apiGroups: [""], resources: [namespaces], verbs: [get, list]},
              {apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [list]}]}
            """);
        await cluster.ApplyAsync("""
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: all, namespace: runai-vision}, rules: [{apiGroups: ["*"], resources: ["*"], verbs: [list]}]}
            """);
        await cluster.KubectlAsync("create", "clusterrolebinding", "names-anna", "--clusterrole=names", "--user=anna");
        await cluster.KubectlAsync("create", "rolebinding", "all-anna", "-n", "runai-vision", "--role=all", "--user=anna");
        await cluster.KubectlAsync("create", "serviceaccount", "robot", "-n", "runai-vision");
        await cluster.KubectlAsync("create", "rolebinding", "robot", "-n", "runai-nlp", "--clusterrole=view", "--serviceaccount=runai-vision:robot");
        await workspace.DoAsync(cluster, "export");
        string[] all = [.. (await ItemsAsync(workspace, cluster)).Where(item => (string?)item["project"] == "vision").Select(Brief)];

        var ended = await workspace.RunAsync(cluster.KubeconfigOf(Token), "coverage", "--project", "vision", "--output", "json");

        var found = JsonNode.Parse(ended.Expect(0).Output)!;
        Assert.Empty(found["unknown"]!.AsArray());
        Assert.Equal(all, found["resources"]!.AsArray().Select(item => Brief(item!)));
    }

    [Fact]
    public async Task A_namespace_or_project_that_is_not_there_is_no_success()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");

        var ended = (await workspace.RunAsync(cluster, "coverage", "-n", "runai", "-n", "runia", "--project", "visio")).Expect(2);

        Assert.Contains("The cluster has no namespace runia and no project visio", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_of_the_scope_that_the_restore_point_lacks_is_not_saved()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export", "--tag", "before");
        await cluster.KubectlAsync("create", "rolebinding", "more", "-n", "runai-vision", "--clusterrole=view", "--user=bob");

        Assert.Equal("not-saved", await ReasonAsync(workspace, cluster, "rolebindings.rbac.authorization.k8s.io", "more"));
        await workspace.DoAsync(cluster, "export");
        Assert.Equal("protected", await ReasonAsync(workspace, cluster, "rolebindings.rbac.authorization.k8s.io", "more"));
        Assert.Equal("not-saved", await ReasonAsync(workspace, cluster, "rolebindings.rbac.authorization.k8s.io", "more", "before"));
    }

    [Fact]
    public async Task What_owners_releases_and_Kubernetes_make_again_has_that_reason()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await cluster.KubectlAsync("create", "configmap", "owner", "-n", "runai");
        var uid = (string?)(await cluster.GetAsync("configmap", "owner", "-n", "runai"))["metadata"]!["uid"];
        var workload = (string?)(await cluster.GetAsync("trainingworkload", "resnet-sweep-17", "-n", "runai-vision"))["metadata"]!["uid"];
        cluster.Load(
        [
            ConfigMap("runai", "of-owner", $$"""{"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "{{uid}}", "controller": true}]}"""),
            ConfigMap("runai", "of-release", """{"annotations": {"meta.helm.sh/release-name": "runai-cluster", "meta.helm.sh/release-namespace": "runai"}}"""),
            ConfigMap("runai", "of-other-release", """{"annotations": {"meta.helm.sh/release-name": "other", "meta.helm.sh/release-namespace": "runai"}}"""),
            ConfigMap("runai-vision", "of-workload", $$"""{"ownerReferences": [{"apiVersion": "run.ai/v2alpha1", "kind": "TrainingWorkload", "name": "resnet-sweep-17", "uid": "{{workload}}"}]}"""),
            ConfigMap("runai", "of-nobody", $$"""{"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "{{uid}}"}]}"""),
            ConfigMap("runai", "leader", """{"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}}"""),
            ConfigMap("runai", "kube-root-ca.crt", "{}"),
            ConfigMap("runai", "runai-public", """{"labels": {"run.ai/cluster-wide": "true"}}"""),
        ]);

        var items = await ItemsAsync(workspace, cluster, "--namespace", "runai", "--project", "vision");

        Assert.Equal(("owned", "ConfigMap owner"), Find(items, "configmaps", "of-owner"));
        Assert.Equal(("release", "release runai-cluster"), Find(items, "configmaps", "of-release"));
        Assert.Equal(("other-release", "release other"), Find(items, "configmaps", "of-other-release"));
        Assert.Equal(("workload", "TrainingWorkload resnet-sweep-17"), Find(items, "configmaps", "of-workload"));
        Assert.Equal("unexplained", Find(items, "configmaps", "of-nobody").Reason);
        Assert.Equal("generated", Find(items, "configmaps", "leader").Reason);
        Assert.Equal("generated", Find([.. items.Where(item => (string?)item["key"]!["namespace"] == "runai")], "configmaps", "kube-root-ca.crt").Reason);
        var (reason, detail) = Find(items, "configmaps", "runai-public");
        Assert.Equal("excluded", reason);
        Assert.Matches(@"^rule 'what Run:ai generates' \(scopes/runai\.yaml:\d+\)$", detail);
    }

    [Fact]
    public async Task What_is_labelled_for_Run_ai_elsewhere_is_found_and_nothing_else_is()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        cluster.Load(
        [
            ConfigMap("default", "labelled", """{"labels": {"run.ai/shared": "true"}}"""),
            ConfigMap("default", "of-somebody", """{"labels": {"app": "run.ai"}}"""),
        ]);

        var items = await ItemsAsync(workspace, cluster);

        Assert.Contains(items, item => (string?)item["key"]!["name"] == "labelled");
        Assert.DoesNotContain(items, item => (string?)item["key"]!["name"] == "of-somebody");
    }

    [Fact]
    public async Task Thousands_are_counted_page_by_page()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        cluster.Load(Enumerable.Range(0, 2600).Select(number => ConfigMap("runai-vision", $"many-{number}", "{}")));

        var items = await ItemsAsync(workspace, cluster, "--project", "vision");

        Assert.Equal(2600, items.Count(item => ((string)item["key"]!["name"]!).StartsWith("many-", StringComparison.Ordinal)));
        Assert.All(items, item => Assert.Equal("vision", (string?)item["project"]));
    }

    [Fact]
    public async Task A_kind_that_may_not_be_listed_is_unknown_until_the_template_is_granted()
    {
        await using var cluster = await EndToEndCluster.SampleAsync((Token, new SandboxUser("anna")));
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var kubeconfig = cluster.KubeconfigOf(Token);
        await GrantAsync(cluster, "templates/deploy/rbac.yaml", "runai-dr-export");

        var forbidden = (await workspace.RunAsync(kubeconfig, "coverage", "--exit-code")).Expect(3).Output;
        await GrantAsync(cluster, "templates/deploy/coverage/rbac.yaml", "runai-dr-coverage");
        var granted = (await workspace.RunAsync(kubeconfig, "coverage")).Expect(0).Output;

        Assert.Contains("\n  pods: not allowed to list\n", forbidden, StringComparison.Ordinal);
        Assert.Contains("kinds unknown: templates/deploy/coverage grants", forbidden, StringComparison.Ordinal);
        Assert.DoesNotContain("unknown", granted, StringComparison.Ordinal);
    }

    private static void WriteReferences(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (component, claim) in new[] { (SnapshotComponent.Database, "postgresql"), (SnapshotComponent.Metrics, "thanos-receive") })
        {
            var reference = new SnapshotReference
            {
                Component = component,
                Provider = "csi",
                Checkpoint = "nightly",
                TakenAt = DateTimeOffset.UnixEpoch,
                Csi = new CsiSnapshot
                {
                    Driver = "csi.example.internal",
                    SnapshotHandle = "snap-1",
                    SnapshotClass = "fast",
                    DeletionPolicy = "Retain",
                    Namespace = "runai-backend",
                    Name = "nightly",
                    Content = "content",
                    Claim = $"data-runai-backend-{claim}-0",
                    ClaimSpec = [],
                },
            };
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(SnapshotReference.PathOf(component))), reference.ToBytes());
        }
    }

    private static string Brief(JsonNode item) => $"{item["reason"]} {item["key"]!.ToJsonString()}";

    private static async Task GrantAsync(EndToEndCluster cluster, string template, string role)
    {
        var roles = DeployTemplates.Documents(RepositoryFiles.Read(template)).Of("ClusterRole");
        await cluster.ApplyAsync(roles.ToJsonString());
        await cluster.KubectlAsync("create", "clusterrolebinding", $"{role}-anna", $"--clusterrole={role}", "--user=anna");
    }

    private static JsonObject ConfigMap(string @namespace, string name, string metadata)
    {
        var all = JsonNode.Parse(metadata)!.AsObject();
        (all["namespace"], all["name"]) = (@namespace, name);
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = all };
    }

    private static async Task<List<JsonNode>> ItemsAsync(EndToEndWorkspace workspace, EndToEndCluster cluster, params string[] arguments) =>
        [.. (await workspace.AskAsync(cluster, ["coverage", .. arguments]))["resources"]!.AsArray().Select(item => item!)];

    private static async Task<string> ReasonAsync(
        EndToEndWorkspace workspace, EndToEndCluster cluster, string kind, string name, params string[] arguments) =>
        Find(await ItemsAsync(workspace, cluster, arguments), kind, name).Reason;

    private static (string Reason, string Detail) Find(List<JsonNode> items, string kind, string name)
    {
        var found = items.Single(item => (string?)item["key"]!["resource"] == kind && (string?)item["key"]!["name"] == name);
        return ((string)found["reason"]!, (string)found["detail"]!);
    }
}
