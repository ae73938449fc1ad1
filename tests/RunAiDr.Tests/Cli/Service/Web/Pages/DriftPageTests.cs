using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Core.Comparison;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>What waits for a review, as people see it in a browser.</summary>
public sealed class DriftPageTests
{
    private const string Admin = "cluster/clusterrolebindings.rbac.authorization.k8s.io/oops.yaml";

    [Fact]
    public async Task Without_a_review_it_says_what_becomes_of_drift()
    {
        await using var scene = await DashboardScene.StartAsync();

        Assert.Contains("Nothing waits", await scene.PageAsync("/drift"), StringComparison.Ordinal);
        Assert.Null((await scene.JsonAsync("/api/drift"))["branch"]);
    }

    [Fact]
    public async Task Before_the_first_export_there_is_nothing_to_compare()
    {
        await using var scene = await ReviewingAsync();

        Assert.Contains("Nothing was observed yet; it will be on branch <code>drift/prod-a</code>", await scene.PageAsync("/drift"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_what_waits_who_did_it_and_what_is_dangerous()
    {
        await using var scene = await ReviewingAsync();
        var record = scene.Commit(("namespaces/team-a/configmaps/x.yaml", ConfigMap("x", "1")), ("namespaces/team-a/configmaps/gone.yaml", ConfigMap("gone", "1")));
        scene.Observe("kubectl-edit", ("namespaces/team-a/configmaps/x.yaml", ConfigMap("x", "2 <b>")), (Admin, ClusterAdmin));

        var page = await scene.PageAsync("/drift");

        Assert.Contains("""<strong class="mark bad">3 files wait</strong>""", page, StringComparison.Ordinal);
        Assert.Contains($"""<a href="/restore-points/{record.Sha}">""", page, StringComparison.Ordinal);
        Assert.Contains("<dd>kubectl-edit</dd>", page, StringComparison.Ordinal);
        Assert.Contains($"""<strong class="mark bad">danger</strong> {Admin}: binds to cluster-admin""", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="kind">changed</span> <a href="/resources/namespaces/team-a/configmaps/x.yaml">""", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="kind">deleted</span> <a href="/resources/namespaces/team-a/configmaps/gone.yaml">""", page, StringComparison.Ordinal);
        Assert.Contains($"""<span class="kind">added</span> {Admin}""", page, StringComparison.Ordinal);
        Assert.Contains("2 &lt;b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        var facts = await scene.JsonAsync("/api/drift");
        Assert.Equal(1, (int?)facts["summary"]!["dangers"]);
        Assert.Equal("cluster", (string?)facts["groups"]![0]!["title"]);
    }

    [Fact]
    public async Task It_says_so_when_the_record_has_what_the_cluster_has()
    {
        await using var scene = await ReviewingAsync();
        scene.Commit(("namespaces/team-a/configmaps/x.yaml", ConfigMap("x", "1")));
        scene.Observe("kubectl-edit", ("namespaces/team-a/configmaps/x.yaml", ConfigMap("x", "1")));

        Assert.Contains("""Drift: <strong class="mark good">none</strong>""", await scene.PageAsync("/drift"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_much_for_a_page_is_counted()
    {
        await using var scene = await ReviewingAsync();
        scene.Commit(("namespaces/team-a/configmaps/x.yaml", ConfigMap("x", "1")));
        scene.Observe("helm", [.. Enumerable.Range(0, 130).Select(number => ($"namespaces/team-{number % 2}/configmaps/c-{number:000}.yaml", ConfigMap("c", "1")))]);

        var page = await scene.PageAsync("/drift");

        Assert.Contains("131 files wait", page, StringComparison.Ordinal);
        Assert.Contains("31 files of this drift are not shown here", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_page_says_how_much_waits_and_leads_there()
    {
        await using var scene = await ReviewingAsync();
        scene.Status = scene.Status with { Reviews = [new ReviewStatus(DashboardScene.Cluster, null, null) { Waiting = new DriftSummary(1, 2, 0, 3, 1) }] };
        Assert.Contains(
            """<code>drift/prod-a</code> waits for a review: <a href="/drift">1 danger; 2 added, 0 missing, 3 changed in 1 project</a>""",
            await scene.PageAsync("/"),
            StringComparison.Ordinal);

        scene.Status = scene.Status with { Reviews = [new ReviewStatus(DashboardScene.Cluster, null, null) { Waiting = new DriftSummary(0, 0, 0, 0, 0) }] };
        Assert.Contains("none: the branch of record has what the cluster has", await scene.PageAsync("/"), StringComparison.Ordinal);
    }

    private static string ClusterAdmin => """
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata:
          name: oops
        roleRef:
          apiGroup: rbac.authorization.k8s.io
          kind: ClusterRole
          name: cluster-admin
        subjects:
          - apiGroup: rbac.authorization.k8s.io
            kind: User
            name: somebody

        """;

    private static string ConfigMap(string name, string value) => $"""
        apiVersion: v1
        data:
          key: "{value}"
        kind: ConfigMap
        metadata:
          name: {name}
          namespace: team-a

        """;

    private static async Task<DashboardScene> ReviewingAsync() =>
        await DashboardScene.StartAsync(config => config with { Review = new ReviewConfig() });
}
