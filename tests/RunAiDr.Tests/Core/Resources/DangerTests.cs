using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Resources;

public sealed class DangerTests
{
    [Theory]
    [InlineData("""{"kind":"ClusterRoleBinding","roleRef":{"name":"admin"}}""", "binds to admin in every namespace")]
    [InlineData("""{"kind":"ClusterRoleBinding","roleRef":{"name":"system:node"}}""", "binds to system:node")]
    [InlineData("""{"kind":"RoleBinding","roleRef":{"name":"view"},"subjects":[{"name":"system:serviceaccounts"}]}""", "binds system:serviceaccounts")]
    [InlineData("""{"kind":"RoleBinding","roleRef":{"name":"view"},"subjects":[{"name":"system:masters"}]}""", "binds system:masters")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["get","list","create"],"resources":["secrets"]}]}""", "allows get, list of secrets")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["create"],"resources":["pods","pods/exec"]}]}""", "allows create of pods/exec")]
    [InlineData("""{"kind":"ClusterRole","rules":[{"verbs":["get"],"resources":["nodes/proxy"]}]}""", "allows get of nodes/proxy")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["create"],"resources":["serviceaccounts/token"]}]}""", "allows create of serviceaccounts/token")]
    [InlineData("""{"kind":"ClusterRole","rules":[{"verbs":["update"],"resources":["certificatesigningrequests/approval"]}]}""", "allows update of certificatesigningrequests/approval")]
    [InlineData("""{"kind":"ClusterRole","metadata":{"labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}}}""", "adds its rules to ClusterRole view")]
    [InlineData("""{"kind":"ClusterRole","aggregationRule":{}}""", "takes over the rules of other ClusterRoles")]
    [InlineData("""{"kind":"ValidatingWebhookConfiguration","webhooks":[{"clientConfig":{"service":{}}}]}""", "is asked about what is written to the cluster")]
    [InlineData("""{"kind":"APIService","spec":{"group":"apps","service":{"name":"x"}}}""", "answers for API group apps instead of the API server")]
    [InlineData("""{"kind":"CustomResourceDefinition","spec":{"conversion":{"webhook":{"clientConfig":{"url":"https://evil.example"}}}}}""", "sends its resources to https://evil.example")]
    [InlineData("""{"kind":"ServiceAccount","metadata":{"annotations":{"eks.amazonaws.com/role-arn":"arn:x"}}}""", "acts outside the cluster as arn:x")]
    [InlineData("""{"kind":"Secret","type":"kubernetes.io/service-account-token","metadata":{"annotations":{"kubernetes.io/service-account.name":"runai"}}}""", "asks for a token of ServiceAccount runai")]
    [InlineData("""{"kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt","namespace":"runai"}}""", "is trusted by Kubernetes itself")]
    [InlineData("""{"kind":"PersistentVolume","spec":{"hostPath":{"path":"/"}}}""", "gives folder / of a node")]
    [InlineData("""{"kind":"ConfigMap","metadata":{"name":"a","namespace":"kube-public"}}""", "belongs to kube-public, which is not Run:ai's")]
    [InlineData("""{"kind":"Namespace","metadata":{"name":"openshift-ingress","labels":{"runai/queue":"q"}}}""", "belongs to openshift-ingress, which is not Run:ai's")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["create"],"resources":["*/exec"]}]}""", "allows create of pods/exec")]
    [InlineData("""{"kind":"ClusterRole","rules":[{"verbs":["get"],"resources":["*/proxy"]}]}""", "allows get of nodes/proxy")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["create"],"resources":["*/token"]}]}""", "allows create of serviceaccounts/token")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["use"],"resources":["securitycontextconstraints"]}]}""", "allows use of securitycontextconstraints")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["use"],"resources":["podsecuritypolicies"]}]}""", "allows use of podsecuritypolicies")]
    [InlineData("""{"kind":"ClusterRoleBinding","roleRef":{"name":"runai-x"},"subjects":[{"kind":"User","name":"eve"},{"kind":"ServiceAccount","namespace":"runai","name":"a"},{"kind":"ServiceAccount","namespace":"ci","name":"b"}]}""", "binds User eve, ServiceAccount ci/b to runai-x in every namespace")]
    public void What_hands_out_power_is_named(string body, string expected) =>
        Assert.Equal(expected, Assert.Single(Danger.In((JsonObject)JsonNode.Parse(body)!)).Text);

    [Fact]
    public void A_webhook_outside_the_cluster_is_named_with_its_address() => Assert.Equal(
        ["is asked about what is written to the cluster", "sends it to https://evil.example/x"],
        Danger.In((JsonObject)JsonNode.Parse("""{"kind":"MutatingWebhookConfiguration","webhooks":[{"clientConfig":{"url":"https://evil.example/x"}}]}""")!)
            .Select(danger => danger.Text));

    [Fact]
    public void The_sample_installation_has_few()
    {
        var dangers = DangerChecks.Of(RestorePointReader.Read(SampleRestorePoint.Tree()).Resources);

        Assert.Equal(
            """
            rolebindings.rbac.authorization.k8s.io/runai-researcher -n runai-simulation binds system:authenticated
            clusterrolebindings.rbac.authorization.k8s.io/runai-job-viewer-manual binds User oidc:auditor@example.internal, User https://runai.example.internal/auth/realms/runai#0d6a1f4b-7e3c-4b8e-9a51-c2f7e6d80b13, Group oidc:/platform/operators to runai-job-viewer in every namespace
            rolebindings.rbac.authorization.k8s.io/runai-job-executor-manual-legacy -n runai-nlp binds service accounts of namespace ci, which is not Run:ai's
            """,
            string.Join('\n', dangers.Select(danger => danger.Finding)));
    }

    [Theory]
    [InlineData("serviceaccounts/token")]
    [InlineData("*/proxy")]
    public void Every_verb_on_what_makes_one_somebody_else_takes_over(string resource) => Assert.True(
        Assert.Single(Danger.In(new JsonObject
        {
            ["kind"] = "Role",
            ["rules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["resources"] = new JsonArray(resource) }),
        })).TakesOver);

    [Fact]
    public void Many_lesser_ones_do_not_hide_who_gets_everything()
    {
        var tree = new MemoryStateTree()
            .Put(Given.Binding(null, "a", "admin", "eve")).Put(Given.Binding(null, "b", "cluster-admin", "eve")).Put(Given.Binding("runai", "z", "cluster-admin", "eve"));

        Assert.Equal(
            ["rolebindings.rbac.authorization.k8s.io/z -n runai", "clusterrolebindings.rbac.authorization.k8s.io/a", "clusterrolebindings.rbac.authorization.k8s.io/b"],
            DangerChecks.Of(RestorePointReader.Read(tree).Resources).Select(check => check.Finding.Split(" binds")[0]));
    }

    [Fact]
    public void The_worst_come_first()
    {
        var tree = new MemoryStateTree()
            .Put(Given.ConfigMap("kube-public", "a", "1")).Put(Given.Binding("runai", "z", "cluster-admin", "eve"));

        Assert.StartsWith("rolebindings", DangerChecks.Of(RestorePointReader.Read(tree).Resources).First().Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void The_label_of_a_project_hides_no_namespace_of_the_system()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("kube-system", new JsonObject { ["runai/queue"] = "q" }));

        Assert.Contains("kube-system", Assert.Single(DangerChecks.Of(RestorePointReader.Read(tree).Resources)).Finding, StringComparison.Ordinal);
    }
}
