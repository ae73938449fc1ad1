using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class PlannerTests
{
    private static readonly SkippingTime Time = new(MemoryStateTree.Committed.AddHours(30));

    [Fact]
    public async Task The_plan_of_the_sample_installation_on_an_empty_cluster()
    {
        var cluster = new FakeCluster();
        var plan = await PlanAsync(SampleRestorePoint.Tree(), cluster, new RehydrationOptions { WithoutSecrets = true });

        Verified.Text(string.Join('\n', PlanText.Lines(plan)) + "\n");
        Assert.Equal(0, cluster.Writes);
        Assert.True(plan.CanStart);
    }

    [Fact]
    public async Task A_damaged_restore_point_blocks_and_names_every_file()
    {
        var tree = SampleRestorePoint.Tree().Put("templates/bad.yaml", "a: [").Put("odd.txt", "x");

        var plan = await PlanAsync(tree, new FakeCluster());

        Assert.False(plan.CanStart);
        Assert.Equal(2, plan.Checks.Count(check => check.Result == CheckResult.Blocked));
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public async Task A_kind_that_nobody_brings_blocks()
    {
        var plan = await PlanAsync(new MemoryStateTree().Put(Given.Widget("w")), new FakeCluster());

        Assert.Contains("widgets.example.com (v1) is not known", Blocked(plan, "kinds"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_brought_by_a_definition_of_the_restore_point_does_not_block()
    {
        var tree = new MemoryStateTree().Put(Given.Widget("w")).Put(Given.WidgetDefinition());

        Assert.True((await PlanAsync(tree, new FakeCluster())).CanStart);
    }

    [Fact]
    public async Task A_version_that_is_not_served_blocks()
    {
        var cluster = new FakeCluster();
        cluster.Put(Given.WidgetDefinition());
        var old = Given.Of(new("example.com", "v1alpha1", "Widget", "widgets", false), null, "w");

        var plan = await PlanAsync(new MemoryStateTree().Put(old), cluster);

        Assert.Contains("is served as v1 only", Blocked(plan, "kinds"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_right_blocks_and_is_named_with_its_namespaces()
    {
        var cluster = new FakeCluster { May = (verb, kind, ns) => kind.Plural != "configmaps" || verb != "patch" || ns is "b" or "default" };

        var plan = await PlanAsync(TwoNamespaces(), cluster);

        Assert.Equal("patch configmaps in a", Blocked(plan, "permissions"));
    }

    [Fact]
    public async Task Rights_are_asked_per_kind_and_not_per_resource()
    {
        var cluster = new FakeCluster();

        await PlanAsync(SampleRestorePoint.Tree(), cluster);

        Assert.InRange(cluster.Questions, 1, 60);
    }

    [Fact]
    public async Task A_missing_role_warns_those_who_may_bind_and_blocks_others()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("a")).Put(Given.Binding("a", "b", "gone", "alice"));
        var weak = new FakeCluster { May = (verb, _, _) => verb != "bind" };

        Assert.True((await PlanAsync(tree, new FakeCluster())).CanStart);
        Assert.Contains("clusterroles.rbac.authorization.k8s.io/gone", Blocked(await PlanAsync(tree, weak), "roles"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_right_to_create_bindings_is_not_the_right_to_bind_a_role()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("a")).Put(Given.Binding("a", "b", "reader", "alice"));
        var weak = new FakeCluster { May = (verb, _, _) => verb != "bind" && verb != "bind reader" };
        var named = new FakeCluster { May = (verb, _, ns) => verb != "bind" && (verb != "bind reader" || ns == "a") };
        var role = Given.Of(new("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false), null, "reader");
        weak.Put(role);
        named.Put(role);

        Assert.Equal("rolebindings.rbac.authorization.k8s.io/b -n a", Blocked(await PlanAsync(tree, weak), "bindings"));
        Assert.True((await PlanAsync(tree, named)).CanStart);
    }

    [Fact]
    public async Task A_binding_to_another_role_is_a_conflict_even_when_overwriting()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("a")).Put(Given.Binding("a", "b", "reader", "alice"));
        var cluster = new FakeCluster();
        cluster.Put(Given.Namespace("a"));
        cluster.Put(Given.Binding("a", "b", "writer", "alice"));

        var plan = await PlanAsync(tree, cluster, new RehydrationOptions { Overwrite = true });

        var step = Assert.Single(plan.Steps, step => step.Key.Name == "b");
        Assert.Equal(PlannedAction.Conflict, step.Action);
        Assert.Contains("delete it first", step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_without_value_blocks_unless_it_is_supplied_there_already_or_left_out()
    {
        var placeholder = Placeholder.For("namespaces/a/secrets/s/password");
        var tree = new MemoryStateTree().Put(Given.Namespace("a")).Put(Given.Secret("a", "s", "password", placeholder));
        var options = new RehydrationOptions
        {
            Secrets = new Dictionary<string, SecretText>(StringComparer.Ordinal) { ["namespaces/a/secrets/s/password"] = new("x") },
        };
        var prepared = new FakeCluster();
        prepared.Put(Given.Namespace("a"));
        prepared.Put(Given.Secret("a", "s", "password", "eA=="));

        var blocked = Blocked(await PlanAsync(tree, new FakeCluster()), "secrets");
        Assert.Contains("namespaces/a/secrets/s/password (in namespaces/a/secrets/s.yaml)", blocked, StringComparison.Ordinal);
        Assert.True((await PlanAsync(tree, new FakeCluster(), options)).CanStart);
        Assert.True((await PlanAsync(tree, prepared)).CanStart);
        Assert.True((await PlanAsync(tree, new FakeCluster(), new RehydrationOptions { WithoutSecrets = true })).CanStart);
    }

    [Fact]
    public async Task Cluster_admin_bindings_are_shown_and_never_planned()
    {
        var tree = new MemoryStateTree().Put(Given.Binding(null, "break-glass", "cluster-admin", "eve"));

        var plan = await PlanAsync(tree, new FakeCluster());

        Assert.Contains(plan.Checks, check => check.Subject == "danger" && check.Finding.EndsWith("binds to cluster-admin", StringComparison.Ordinal));
        Assert.Equal(PlannedAction.Skip, Assert.Single(plan.Steps).Action);
    }

    [Fact]
    public async Task The_plan_names_where_images_will_come_from()
    {
        var tree = new MemoryStateTree()
            .Put("values/runai-cluster.release.yaml", "chart: runai-cluster\nchartVersion: 2.22.1\nnamespace: runai\n")
            .Put("values/runai-cluster.yaml", """
                global: {image: {registry: registry.example.com/runai}}
                operator: {image: {repository: elsewhere.example.com:5000/runai/operator}, other: {image: library/busybox}}
                """);

        var plan = await PlanAsync(tree, new FakeCluster());

        Assert.Equal(
            "from elsewhere.example.com:5000, registry.example.com/runai, as values and runaiconfig say",
            plan.Checks.Single(check => check.Subject == "images").Finding);
    }

    [Theory]
    [InlineData(false, PlannedAction.Conflict)]
    [InlineData(true, PlannedAction.Configure)]
    public async Task What_exists_and_differs_is_a_conflict_unless_it_is_to_be_overwritten(bool overwrite, PlannedAction expected)
    {
        var cluster = new FakeCluster();
        cluster.Put(Given.Namespace("a"));
        cluster.Put(Given.ConfigMap("a", "c", "theirs"));

        var plan = await PlanAsync(TwoNamespaces(), cluster, new RehydrationOptions { Overwrite = overwrite });

        var step = plan.Steps.Single(s => s.Key == Given.ConfigMap("a", "c", "").Key);
        Assert.Equal(expected, step.Action);
        Assert.EndsWith("differs in data.k", step.Reason, StringComparison.Ordinal);
        Assert.Equal(PlannedAction.Unchanged, plan.Steps.Single(s => s.Key == Given.Namespace("a").Key).Action);
    }

    [Fact]
    public async Task A_namespace_that_nobody_brings_blocks()
    {
        var plan = await PlanAsync(new MemoryStateTree().Put(Given.ConfigMap("a", "c", "1")), new FakeCluster());

        Assert.EndsWith("namespaces/a", Blocked(plan, "namespaces"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_to_an_owner_that_is_not_there_is_said_to_be_dropped()
    {
        var owned = Given.OwnedBy(Given.ConfigMap("a", "c", "1"), Given.Project("vision"));

        var plan = await PlanAsync(TwoNamespaces().Put(owned), new FakeCluster());

        Assert.Contains(plan.Steps, step => step.Reason == "owner Project vision is not there: reference dropped");
    }

    [Fact]
    public async Task A_resource_that_was_restored_before_its_owner_gets_it_later()
    {
        var owned = Given.OwnedBy(Given.ConfigMap("a", "c", "1"), Given.ConfigMap("a", "owner", "1"));
        var cluster = new FakeCluster();
        cluster.Put(Given.Namespace("a"));
        cluster.Put(Given.ConfigMap("a", "owner", "1"));
        cluster.Put(Given.ConfigMap("a", "c", "1"));

        var plan = await PlanAsync(new MemoryStateTree().Put(Given.Namespace("a")).Put(owned), cluster);

        Assert.Equal(PlannedAction.Configure, plan.Steps.Single(step => step.Key.Name == "c").Action);
    }

    private static MemoryStateTree TwoNamespaces() => new MemoryStateTree()
        .Put(Given.Namespace("a")).Put(Given.Namespace("b"))
        .Put(Given.ConfigMap("a", "c", "1")).Put(Given.ConfigMap("b", "c", "1"));

    private static string Blocked(RehydrationPlan plan, string subject) =>
        Assert.Single(plan.Checks.Single(check => check.Subject == subject && check.Result == CheckResult.Blocked).Items);

    private static Task<RehydrationPlan> PlanAsync(
        MemoryStateTree tree, FakeCluster cluster, RehydrationOptions? options = null) =>
        new Planner(cluster, Time, scope: null).PlanAsync(tree, options ?? new RehydrationOptions(), CancellationToken.None);
}
