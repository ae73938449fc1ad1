using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class ScopeCheckTests
{
    private const string Release = "chart: runai-cluster\nchartVersion: 2.20.24\nnamespace: kube-system\n";

    private static readonly SkippingTime Time = new(MemoryStateTree.Committed.AddHours(30));

    [Fact]
    public async Task Everything_that_an_export_saved_is_in_the_scope() =>
        Assert.Equal(CheckResult.Ok, (await CheckAsync(SampleRestorePoint.Tree())).Result);

    [Fact]
    public async Task What_no_export_saved_blocks_by_name_and_file()
    {
        var tree = SampleRestorePoint.Tree()
            .Put(Given.ConfigMap("kube-system", "coredns", "1"))
            .Put(Given.Binding(null, "extra", "view", "eve"))
            .Put(Given.Binding("runai", "extra", "edit", "eve"))
            .Put(Given.Widget("w"));

        var check = await CheckAsync(tree);

        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.Equal(
            """
            clusterrolebindings.rbac.authorization.k8s.io/extra (in cluster/clusterrolebindings.rbac.authorization.k8s.io/extra.yaml)
            configmaps/coredns -n kube-system (in namespaces/kube-system/configmaps/coredns.yaml)
            rolebindings.rbac.authorization.k8s.io/extra -n runai (in namespaces/runai/rolebindings/extra.yaml)
            widgets.example.com/w (in cluster/widgets.example.com/w.yaml)
            """,
            string.Join('\n', check.Items));
    }

    [Fact]
    public async Task The_operator_may_allow_it_and_is_warned() => Assert.Equal(
        CheckResult.Warning,
        (await CheckAsync(new MemoryStateTree().Put(Given.Widget("w")), new RehydrationOptions { AllowOutsideScope = true })).Result);

    [Fact]
    public async Task What_the_scope_only_compares_is_not_restored_because_a_commit_says_so()
    {
        var header = MemoryStateTree.Header.Replace("  - projects.run.ai\n", "", StringComparison.Ordinal);
        var tree = new MemoryStateTree().Put("restore-point.yaml", header).Put(Given.Project("vision"));

        Assert.Equal("projects.run.ai/vision (in cluster/projects.run.ai/vision.yaml)", Assert.Single((await CheckAsync(tree)).Items));
    }

    [Fact]
    public async Task Phases_that_are_left_out_need_no_check()
    {
        var tree = new MemoryStateTree().Put(Given.Widget("w"));

        Assert.Equal(CheckResult.Ok, (await CheckAsync(tree, new RehydrationOptions { Phases = new HashSet<RestorePhase> { RestorePhase.Bindings } })).Result);
    }

    [Fact]
    public async Task A_role_and_an_account_are_in_the_scope_when_a_binding_in_it_names_them()
    {
        var role = Given.Of(KnownKinds.Role, "runai-vision", "r");
        var account = Given.Of(KnownKinds.ServiceAccount, "runai-vision", "a");
        var binding = Given.Binding("runai-vision", "b", "r");
        binding.Body["roleRef"]!["kind"] = "Role";
        binding.Body["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = "a" });
        var tree = new MemoryStateTree().Put(Given.Namespace("runai-vision", new JsonObject { ["runai/queue"] = "vision" })).Put(role).Put(account);

        Assert.Equal(2, (await CheckAsync(tree)).Items.Count);
        Assert.Equal(CheckResult.Ok, (await CheckAsync(tree.Put(binding))).Result);
    }

    [Theory]
    [InlineData("kube-system")]
    [InlineData("kube-node-lease")]
    [InlineData("openshift-config")]
    [InlineData("default")]
    [InlineData("runai-dr")]
    public async Task A_forged_label_makes_no_project_of_a_system_namespace(string name)
    {
        var tree = new MemoryStateTree()
            .Put(Given.Namespace(name, new JsonObject { ["runai/queue"] = "q" }))
            .Put(Given.Binding(name, "b", "cluster-admin", "eve"));

        var check = await CheckAsync(tree);

        Assert.Equal(CheckResult.Blocked, check.Result);
        Assert.Equal(2, check.Items.Count);
    }

    [Theory]
    [InlineData("kubernetes.io/service-account-token")]
    [InlineData("helm.sh/release.v1")]
    [InlineData("bootstrap.kubernetes.io/token")]
    public async Task Secrets_that_are_made_again_are_never_restored(string type)
    {
        var secret = Given.Secret("openshift-monitoring", "runai-ca-cert", "k", "v");
        Assert.Equal(CheckResult.Ok, (await CheckAsync(new MemoryStateTree().Put(secret))).Result);
        secret.Body["type"] = type;

        Assert.Single((await CheckAsync(new MemoryStateTree().Put(secret))).Items);
    }

    [Fact]
    public async Task Names_on_the_target_do_not_matter()
    {
        var mapping = new RestoreMapping(new Dictionary<string, string>(StringComparer.Ordinal) { ["runai"] = "elsewhere" }, new Dictionary<string, string>());

        Assert.Equal(CheckResult.Ok, (await CheckAsync(MappedStateTree.Of(SampleRestorePoint.Tree(), mapping))).Result);
    }

    [Fact]
    public void A_release_that_the_scope_does_not_name_is_outside()
    {
        var point = RestorePointReader.Read(new MemoryStateTree().Put("values/evil.release.yaml", Release).Put("values/runai-cluster.release.yaml", Release));

        var check = ScopeCheck.Of(Scope.RunAi(), point, new RehydrationOptions(), withReleases: true);

        Assert.Equal(["release kube-system/evil", "release kube-system/runai-cluster"], check.Items);
    }

    private static async Task<PlanCheck> CheckAsync(IStateTree tree, RehydrationOptions? options = null)
    {
        var plan = await new Planner(new FakeCluster(), Time, Scope.RunAi()).PlanAsync(tree, options ?? new RehydrationOptions(), CancellationToken.None);
        return plan.Checks.Single(check => check.Subject == "scope");
    }
}
