using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Law 3, a restore point is a consistent cut, and law 4, a partial read never commits.</summary>
public sealed class SafetyTests
{
    private static readonly (string Token, SandboxUser User) Reader = ("reader", new SandboxUser("reader"));

    [Fact]
    public async Task Writes_between_two_lists_do_not_get_into_the_restore_point()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var front = await EndToEndFront.StartAsync(cluster, async (http, list, forward) =>
        {
            if (list > 0)
            {
                Count(cluster, list);
            }

            await AnswerAsync(http, await forward());
        });
        Count(cluster, 0);
        using var workspace = await EndToEndWorkspace.InitAsync();

        (await workspace.RunAsync(front.Kubeconfig, "export")).Expect(0);

        Assert.True(front.Lists > 10);
        var first = CountIn(workspace, "templates/template-admin.yaml");
        var last = CountIn(workspace, "namespaces/team-a-gpu/rolebindings/team-a-admins.yaml");
        Assert.Equal(first, last);
        Assert.True(first < front.Lists, "the cluster went on after the cut");
    }

    [Fact]
    public async Task A_revision_that_is_compacted_away_in_the_middle_is_read_again_at_a_newer_one()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var front = await EndToEndFront.StartAsync(cluster, async (http, list, forward) =>
        {
            if (list is 5 or 14)
            {
                Count(cluster, list);
                cluster.Sandbox.Compact();
            }

            await AnswerAsync(http, await forward());
        });
        using var workspace = await EndToEndWorkspace.InitAsync();
        Count(cluster, 0);

        (await workspace.RunAsync(front.Kubeconfig, "export")).Expect(0);

        Assert.True(CountIn(workspace, "templates/template-admin.yaml") >= 5);
        Assert.Contains(
            $"Cluster-Revision: {cluster.Sandbox.Revision.ToString(CultureInfo.InvariantCulture)}",
            workspace.Git.Run("log", "-1", "main"), StringComparison.Ordinal);
        await workspace.DoAsync(cluster, "verify", "main");
    }

    [Fact]
    public async Task A_kind_that_may_not_be_read_stops_the_export()
    {
        await using var cluster = await EndToEndCluster.SampleAsync(Reader);
        await cluster.ApplyAsync("""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: reader}
            rules:
            - apiGroups: ["", apiextensions.k8s.io, networking.k8s.io, run.ai, scheduling.run.ai]
              resources: ["*"]
              verbs: [get, list]
            """);
        await cluster.KubectlAsync("create", "clusterrolebinding", "reader", "--clusterrole=reader", "--user=reader");
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var tip = workspace.Tip();

        var ended = (await workspace.RunAsync(cluster.KubeconfigOf("reader"), "export", "--allow-deletions")).Expect(6);

        Assert.Contains("rolebindings", ended.Error, StringComparison.Ordinal);
        Assert.Contains("apiGroups: [\"rbac.authorization.k8s.io\"]", ended.Error, StringComparison.Ordinal);
        Assert.Equal(tip, workspace.Tip());
    }

    [Fact]
    public async Task Wrong_credentials_stop_the_export()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();

        var ended = (await workspace.RunAsync(cluster.KubeconfigOf("nobody-knows-it"), "export")).Expect(6);

        Assert.Contains("401", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody-knows-it", ended.Error, StringComparison.Ordinal);
        Assert.Equal("", workspace.Git.Run("for-each-ref", "refs/tags"));
    }

    [Fact]
    public async Task An_API_server_that_dies_between_two_lists_makes_no_restore_point() =>
        await AssertNothingIsCommitted((http, list, forward) =>
        {
            if (list < 6)
            {
                return AnswerFrom(http, forward);
            }

            http.Abort();
            return Task.CompletedTask;
        });

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    public async Task A_page_that_ends_in_the_middle_makes_no_restore_point(int parts) =>
        await AssertNothingIsCommitted(async (http, list, forward) =>
        {
            var body = await forward();
            await AnswerAsync(http, list == 7 ? body[..^(body.Length / parts)] : body);
        });

    [Fact]
    public async Task A_proxy_that_answers_with_a_page_of_its_own_makes_no_restore_point() =>
        await AssertNothingIsCommitted(async (http, list, forward) =>
        {
            var body = await forward();
            if (list == 7)
            {
                http.Response.ContentType = "text/html";
                body = "<html>Please log in"u8.ToArray();
            }

            await AnswerAsync(http, body);
        });

    [Fact]
    public async Task Many_deletions_wait_for_the_operator()
    {
        await using var cluster = await EndToEndCluster.EmptyAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await using (var full = await EndToEndCluster.SampleAsync())
        {
            await workspace.DoAsync(full, "export");
        }

        var tip = workspace.Tip();
        cluster.Load(SampleInstallation.Resources().Where(resource =>
            (string)resource["kind"]! is "CustomResourceDefinition" or "Namespace"));

        var ended = (await workspace.RunAsync(cluster, "export")).Expect(4);

        Assert.Contains("would delete", ended.Error, StringComparison.Ordinal);
        Assert.Contains("--allow-deletions", ended.Error, StringComparison.Ordinal);
        Assert.Equal(tip, workspace.Tip());
        await workspace.DoAsync(cluster, "export", "--allow-deletions");
        Assert.Equal(tip, workspace.Git.Run("rev-parse", "main~1").Trim());
        Assert.Contains(workspace.Changes(), change => change[0] == 'D');
    }

    [Fact]
    public async Task A_kind_that_vanished_with_its_definition_needs_confirmation()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var tip = workspace.Tip();
        await cluster.KubectlAsync("delete", "crd", "inferencepolicies.run.ai");

        var ended = (await workspace.RunAsync(cluster, "export")).Expect(4);

        Assert.Contains("definitions of inferencepolicies.run.ai: 2 files", ended.Error, StringComparison.Ordinal);
        Assert.Equal(tip, workspace.Tip());
        await workspace.DoAsync(cluster, "export", "--allow-deletions");
        Assert.Equal(2, workspace.Changes().Count(change => change[0] == 'D'));
    }

    private static async Task AssertNothingIsCommitted(Func<HttpContext, int, Func<Task<byte[]>>, Task> between)
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        await using var front = await EndToEndFront.StartAsync(cluster, between);
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        var tip = workspace.Tip();
        Count(cluster, 1);

        var ended = (await workspace.RunAsync(front.Kubeconfig, "export", "--allow-deletions")).Expect(5);

        Assert.Contains("What to do:", ended.Error, StringComparison.Ordinal);
        Assert.Equal(tip, workspace.Tip());
        Assert.Equal(3, (await workspace.RunAsync(cluster, "drift", "--exit-code")).Code);
        workspace.Git.AssertSound();
    }

    private static async Task AnswerFrom(HttpContext http, Func<Task<byte[]>> forward) => await AnswerAsync(http, await forward());

    private static async Task AnswerAsync(HttpContext http, byte[] body) => await http.Response.Body.WriteAsync(body);

    /// <summary>Marks a template and then a role binding with one number: they are listed far apart.</summary>
    private static void Count(EndToEndCluster cluster, int number)
    {
        foreach (var name in (string[])["template-admin", "team-a-admins"])
        {
            var resource = SampleInstallation.Resources().First(candidate => (string)candidate["metadata"]!["name"]! == name);
            var metadata = resource["metadata"]!.AsObject();
            metadata["annotations"] = new JsonObject { ["count"] = $"n{number}" };
            cluster.Sandbox.Load(resource);
        }
    }

    private static int CountIn(EndToEndWorkspace workspace, string path) => int.Parse(
        workspace.Text(path).Split('\n').Single(line => line.Contains("count: n", StringComparison.Ordinal)).Split(": n")[1],
        CultureInfo.InvariantCulture);
}
