using RunAiDr.Cluster.Forwarding;
using RunAiDr.Core;

namespace RunAiDr.Tests.Cluster.Forwarding;

public class ForwardTargetTests
{
    [Fact]
    public async Task A_named_target_port_is_that_of_the_container()
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);

        Assert.Equal(new ForwardTarget(ForwardScene.Namespace, "db-0", 5432), await FindAsync(scene, "db", 15432));
    }

    [Theory]
    [InlineData("""{"port":80,"targetPort":8080}""", "10.0.0.1", 8080)]
    [InlineData("""{"port":80}""", "10.0.0.1", 80)]
    [InlineData("""{"port":80,"targetPort":8080}""", "None", 80)]
    public async Task A_target_port_is_a_number_or_the_port_itself(string port, string address, int expected)
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        Load(scene, "web", $$"""{"clusterIP":"{{address}}","selector":{"app":"db"},"ports":[{{port}}]}""");

        Assert.Equal(expected, (await FindAsync(scene, "web", 80)).Port);
    }

    [Fact]
    public async Task The_first_ready_pod_by_name_is_taken()
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        scene.LoadPod("db-0", ready: "False");
        scene.LoadPod("db-2");
        scene.LoadPod("db-1");

        Assert.Equal("db-1", (await FindAsync(scene, "db", 15432)).Pod);
    }

    [Fact]
    public async Task Without_a_ready_pod_each_is_named()
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        scene.LoadPod("db-0", ready: "False", phase: "Pending");

        var failure = await FailureAsync(scene, "db", 15432);

        Assert.EndsWith("service db in namespace runai-backend has no ready pod (db-0 is Pending)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "does not exist")]
    [InlineData("bare", "has no selector, so no pod of it is known")]
    [InlineData("other", "has no ready pod (none has the labels app=other,tier=sql)")]
    [InlineData("wrong", "has no TCP port 15432, only 53, 80")]
    [InlineData("unnamed", "no container of pod db-0 has a port named pg")]
    public async Task What_is_missing_is_named(string service, string expected)
    {
        await using var scene = await ForwardScene.StartAsync(listener: null);
        Load(scene, "bare", """{"ports":[{"port":15432}]}""");
        Load(scene, "other", """{"selector":{"app":"other","tier":"sql"},"ports":[{"port":15432}]}""");
        Load(scene, "wrong", """{"selector":{"app":"db"},"ports":[{"port":53,"protocol":"UDP"},{"port":80}]}""");
        Load(scene, "unnamed", """{"selector":{"app":"db"},"ports":[{"port":15432,"targetPort":"pg"}]}""");

        var failure = await FailureAsync(scene, service, 15432);

        Assert.Equal(Fault.Snapshot, failure.Fault);
        Assert.Contains($"service {service} in namespace runai-backend", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(expected, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Remedy);
    }

    [Theory]
    [InlineData("services")]
    [InlineData("services pods")]
    [InlineData("services pods pods/portforward:get")]
    [InlineData("services pods pods/portforward:create")]
    public async Task A_right_that_lacks_is_named(string rights)
    {
        await using var scene = await ForwardScene.StartAsync(listener: null, administrator: false);
        foreach (var right in rights.Split(' '))
        {
            scene.Allow(right.Split(':')[0], right.Contains(':') ? [right.Split(':')[1]] : ["get", "list"]);
        }

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => scene.ForwardAsync());

        Assert.Equal(Fault.ClusterRefused, failure.Fault);
        Assert.Contains("forbidden (403)", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            rights.Contains("pods", StringComparison.Ordinal)
                ? """resources: ["pods/portforward"], verbs: ["get", "create"]"""
                : """resources: ["pods"], verbs: ["list"]""",
            failure.Remedy,
            StringComparison.Ordinal);
        Assert.DoesNotContain(ForwardScene.Token, failure.ToString(), StringComparison.Ordinal);
    }

    private static void Load(ForwardScene scene, string name, string spec) => scene.Load(
        $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"{{name}}","namespace":"{{ForwardScene.Namespace}}"},"spec":{{spec}}}""");

    private static Task<ForwardTarget> FindAsync(ForwardScene scene, string service, int port) =>
        ForwardTarget.FindAsync(scene.Client, ForwardScene.Namespace, service, port, CancellationToken.None);

    private static Task<RunAiDrException> FailureAsync(ForwardScene scene, string service, int port) =>
        Assert.ThrowsAsync<RunAiDrException>(() => scene.ForwardAsync(service, port));
}
