using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Sandbox;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>The service can create, read and renew its Lease, and write nothing else.</summary>
public sealed class LeaseRightsTests
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/runai-dr/leases";

    [Fact]
    public async Task The_role_permits_what_an_election_needs_and_nothing_else()
    {
        await using var cluster = await EndToEndCluster.EmptyAsync(
            ("token", new SandboxUser("system:serviceaccount:runai-dr:runai-dr")));
        await cluster.KubectlAsync("apply", "-k", DeployTemplates.Base);
        using var service = SandboxClient.For(cluster.Sandbox.Kubeconfig, token: "token");

        Assert.Equal(404, (await service.GetAsync($"{Leases}/runai-dr")).Code);
        var lease = await service.PostAsync(Leases, Lease("runai-dr"));
        Assert.Equal(201, lease.Code);
        var renewed = lease.Json;
        renewed["spec"]!["holderIdentity"] = "b";
        Assert.Equal(200, (await service.PutAsync($"{Leases}/runai-dr", renewed)).Code);

        Assert.Equal(403, (await PatchAsync(service, $"{Leases}/runai-dr")).Code);
        Assert.Equal(403, (await service.DeleteAsync($"{Leases}/runai-dr")).Code);
        Assert.Equal(403, (await service.GetAsync(Leases)).Code);
        Assert.Equal(403, (await service.GetAsync($"{Leases}?watch=1")).Code);
        Assert.Equal(403, (await service.GetAsync($"{Leases}/other")).Code);
        Assert.Equal(403, (await service.PutAsync($"{Leases}/other", Lease("other"))).Code);
        Assert.Equal(403, (await PatchAsync(service, $"{Leases}/other")).Code);
        var elsewhere = Leases.Replace("/runai-dr/", "/default/", StringComparison.Ordinal);
        Assert.Equal(403, (await service.PostAsync(elsewhere, Lease("runai-dr"))).Code);
        Assert.Equal(403, (await service.GetAsync($"{elsewhere}/runai-dr")).Code);
    }

    [Fact]
    public async Task The_role_holds_no_other_rule()
    {
        var role = (await DeployTemplates.BuildAsync(DeployTemplates.Base)).Of("Role");

        Assert.Equal(
            """
            [{"apiGroups":["coordination.k8s.io"],"resources":["leases"],"verbs":["create"]},{"apiGroups":["coordination.k8s.io"],"resourceNames":["runai-dr"],"resources":["leases"],"verbs":["get","update"]}]
            """,
            role["rules"]!.ToJsonString());
    }

    private static Task<SandboxAnswer> PatchAsync(SandboxClient client, string path) => client.SendAsync(
        "PATCH", path, """{"spec":{"holderIdentity":"c"}}""", ("Content-Type", "application/merge-patch+json"));

    private static JsonObject Lease(string name) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["holderIdentity"] = "a", ["leaseDurationSeconds"] = 15 },
    };
}
