using System.Text.Json.Nodes;
using RunAiDr.Cluster.Helm;
using RunAiDr.Core.Resources;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>Statuses as controllers of Kubernetes 1.36 write them.</summary>
public class ReadinessTests
{
    [Theory]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2", null)]
    [InlineData("replicas: 2", "observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2", "not seen by its controller yet")]
    [InlineData("replicas: 2", "", "not seen by its controller yet")]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 2", "1 of 2 updated")]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 3, updatedReplicas: 2, availableReplicas: 3", "1 old to end")]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 1", "1 of 2 available")]
    [InlineData("replicas: 0", "observedGeneration: 2", null)]
    [InlineData("paused: false", "observedGeneration: 2", "0 of 1 updated")]
    [InlineData("replicas: 1", "observedGeneration: 2, replicas: 1, updatedReplicas: 1, conditions: [{type: Progressing, status: 'False'}]", "0 of 1 available, stalled")]
    public void A_Deployment(string spec, string status, string? missing) => AssertMissing(Workload.Deployment, spec, status, missing);

    [Theory]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 2, readyReplicas: 2, currentRevision: a, updateRevision: a", null)]
    [InlineData("replicas: 2", "observedGeneration: 2, replicas: 2, readyReplicas: 1, currentRevision: a, updateRevision: a", "1 of 2 ready")]
    [InlineData("replicas: 2", "observedGeneration: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b", "1 of 2 updated")]
    [InlineData("replicas: 2, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}", "observedGeneration: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b", null)]
    [InlineData("replicas: 2, updateStrategy: {type: OnDelete}", "observedGeneration: 2, readyReplicas: 2, updatedReplicas: 0, currentRevision: a, updateRevision: b", null)]
    public void A_StatefulSet(string spec, string status, string? missing) => AssertMissing(Workload.StatefulSet, spec, status, missing);

    [Theory]
    [InlineData("observedGeneration: 2, desiredNumberScheduled: 0", null)]
    [InlineData("observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3", null)]
    [InlineData("observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3", "2 of 3 updated")]
    [InlineData("observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 1", "1 of 3 available")]
    public void A_DaemonSet(string status, string? missing) => AssertMissing(Workload.DaemonSet, "", status, missing);

    [Theory]
    [InlineData("", "active: 1", "not complete")]
    [InlineData("", "conditions: [{type: Complete, status: 'True'}]", null)]
    [InlineData("suspend: true", "conditions: [{type: Suspended, status: 'True'}]", null)]
    [InlineData("", "conditions: [{type: Failed, status: 'True', reason: DeadlineExceeded}]", "failed: DeadlineExceeded")]
    public void A_Job(string spec, string status, string? missing) => AssertMissing(Workload.Job, spec, status, missing);

    private static void AssertMissing(ResourceKind kind, string spec, string status, string? missing)
    {
        var yaml = $"metadata: {{name: x, generation: 2}}\nspec: {{{spec}}}\nstatus: {{{status}}}\n";
        var body = (JsonObject)RunAiDr.Core.Yaml.YamlReader.Read(
            System.Text.Encoding.UTF8.GetBytes(yaml), "test", RunAiDr.Core.Fault.Configuration)!;

        var seen = Readiness.Of(new Workload(kind, body));

        Assert.Equal((missing is null, missing), (seen.IsReady, seen.Missing));
    }
}
