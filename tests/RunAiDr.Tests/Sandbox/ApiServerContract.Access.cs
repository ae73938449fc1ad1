using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task Rights_are_those_that_rbac_gives()
    {
        var ns = await Server.NamespaceAsync();
        await CreateAsync(Given.ConfigMap(ns, "one", "v"));
        using var user = As("contract-user");

        Assert.True(await Client.MayAsync("list", Kinds.Secret, null, CancellationToken.None));
        Assert.False(await user.MayAsync("list", Kinds.ConfigMap, ns, CancellationToken.None));
        var refused = await Assert.ThrowsAsync<RunAiDrException>(() => user.GetAsync(Kinds.ConfigMap, ns, "one", CancellationToken.None));
        Assert.Equal(Fault.ClusterRefused, refused.Fault);
        await Http.PostAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", Json(
            """{"metadata":{"name":"reader"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]}]}"""));
        await Http.PostAsync(Bindings(ns), Json(
            """{"metadata":{"name":"reader"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"reader"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"contract-user"}]}"""));
        await MayAsync(user, "list", ns);

        Assert.NotNull(await user.GetAsync(Kinds.ConfigMap, ns, "one", CancellationToken.None));
        Assert.False(await user.MayAsync("patch", Kinds.ConfigMap, ns, CancellationToken.None));
        Assert.False(await user.MayAsync("list", Kinds.ConfigMap, null, CancellationToken.None));
        var apply = await user.ApplyAsync(Given.ConfigMap(ns, "one", "w"), default, CancellationToken.None);
        Assert.Equal(ApplyAction.Failed, apply.Action);
        Assert.StartsWith("403", apply.Reason, StringComparison.Ordinal);
        var cut = await Assert.ThrowsAsync<RunAiDrException>(async () =>
        {
            await foreach (var _ in user.ReadCutAsync([new ListSelection(Kinds.ConfigMap)], CancellationToken.None))
            {
                Assert.Fail("all namespaces are not allowed");
            }
        });
        Assert.Equal(Fault.ClusterRefused, cut.Fault);
    }

    [SkippableFact]
    public async Task A_403_tells_the_resource_and_comes_before_a_404()
    {
        var ns = await Server.NamespaceAsync();
        var path = ConfigMaps(ns);

        AssertStatus(await AsUserAsync("GET", path), 403, "Forbidden", "configmaps");
        AssertStatus(await AsUserAsync("GET", $"{path}/absent"), 403, "Forbidden", "configmaps", "absent");
        AssertStatus(await AsUserAsync("GET", "/api/v1/namespaces/no-such-namespace/configmaps"), 403, "Forbidden", "configmaps");
        AssertStatus(await AsUserAsync("DELETE", $"{path}/one"), 403, "Forbidden", "configmaps", "one");
        var binding = await AsUserAsync("GET", Bindings(ns));
        AssertStatus(binding, 403, "Forbidden", "rolebindings");
        Assert.Equal("rbac.authorization.k8s.io", (string?)binding.Json["details"]!["group"]);
        Assert.Equal(200, (await AsUserAsync("GET", "/api")).Code);
    }

    [SkippableFact]
    public async Task Rights_that_one_lacks_cannot_be_given()
    {
        var ns = await Server.NamespaceAsync();
        await Http.PostAsync($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles", Json(
            """{"metadata":{"name":"binder"},"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["rolebindings","roles"],"verbs":["create","patch","get"]}]}"""));
        await Http.PostAsync(Bindings(ns), Json(
            """{"metadata":{"name":"binder"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"binder"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"contract-binder"}]}"""));
        using var user = As("contract-binder");
        await MayAsync(user, "create", ns, Kinds.RoleBinding);

        var escalating = await user.ApplyAsync(Given.Binding(ns, "up", "cluster-admin", "contract-binder"), default, CancellationToken.None);
        var missing = await user.ApplyAsync(Given.Binding(ns, "none", "no-such-role", "u"), default, CancellationToken.None);

        Assert.StartsWith("403 Forbidden", escalating.Reason, StringComparison.Ordinal);
        Assert.StartsWith("404 NotFound", missing.Reason, StringComparison.Ordinal);
        Assert.Null(await Client.GetAsync(Kinds.RoleBinding, ns, "up", CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_bad_token_is_401()
    {
        var connection = Server.Connection with { Credentials = new FixedCredentials(Credential.Bearer("nonsense", "the test")) };
        using var http = await SandboxClient.ForAsync(connection);
        using var client = new ClusterClient(connection, TimeProvider.System);

        AssertStatus(await http.GetAsync("/api/v1/namespaces"), 401, "Unauthorized");
        var refused = await Assert.ThrowsAsync<RunAiDrException>(() => client.DiscoverAsync(CancellationToken.None));
        Assert.Equal(Fault.ClusterRefused, refused.Fault);
    }

    [SkippableFact]
    public async Task A_token_of_nobody_is_reviewed_as_such()
    {
        Assert.Null(await Client.ReviewTokenAsync(new SecretText("nonsense"), CancellationToken.None));
        using var user = As("contract-nobody");
        var refused = await Assert.ThrowsAsync<RunAiDrException>(() => user.ReviewTokenAsync(new SecretText("nonsense"), CancellationToken.None));
        Assert.Equal(Fault.ClusterRefused, refused.Fault);
    }

    [SkippableFact]
    public async Task Every_account_may_get_the_paths_that_are_the_servers_own_and_no_others()
    {
        var anybody = new ReviewedUser(Json("""{"username":"contract-nobody","groups":["system:authenticated"],"extra":{"a/b":["c"]}}"""));

        foreach (var path in (string[])["/readyz", "/livez", "/api/history", "/apis/x", "/version"])
        {
            Assert.True(await Client.MayGetPathAsync(anybody, path, CancellationToken.None), path);
        }

        foreach (var path in (string[])["/metrics", "/", "/runai-dr/readyz", "/runai-dr/api/history"])
        {
            Assert.False(await Client.MayGetPathAsync(anybody, path, CancellationToken.None), path);
        }
    }

    private ClusterClient As(string user) => new(
        Server.Connection with { Impersonation = [new("Impersonate-User", user)] }, TimeProvider.System);

    private Task<SandboxAnswer> AsUserAsync(string method, string path) =>
        Http.SendAsync(method, path, null, ("Impersonate-User", "contract-nobody"));

    // A real server learns of new bindings a moment after they are stored.
    private static async Task MayAsync(ClusterClient user, string verb, string ns, ResourceKind? kind = null)
    {
        for (var attempt = 0; attempt < 100 && !await user.MayAsync(verb, kind ?? Kinds.ConfigMap, ns, CancellationToken.None); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
