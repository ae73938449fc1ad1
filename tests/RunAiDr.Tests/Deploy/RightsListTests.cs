using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Deploy;

/// <summary>Every right to write that templates/deploy grants the service, so that a new one is seen.</summary>
public sealed class RightsListTests
{
    private static readonly string[] Reading = ["get", "list", "watch"];

    private static readonly string[] Files = ["rbac.yaml", "leader-election.yaml", "web.yaml", "snapshots/rbac.yaml"];

    private static IEnumerable<JsonNode> Rules => Files
        .SelectMany(file => DeployTemplates.Documents(RepositoryFiles.Read($"templates/deploy/{file}")))
        .SelectMany(resource => resource["rules"]?.AsArray() ?? [])!;

    [Fact]
    public void Nothing_else_can_be_written()
    {
        var writing = Rules.SelectMany(rule => Texts(rule, "resources").SelectMany(resource =>
            Texts(rule, "verbs").Except(Reading).Select(verb => $"{verb} {resource}.{Texts(rule, "apiGroups").Single()}".TrimEnd('.'))));

        Assert.Equal(
            [
                "create leases.coordination.k8s.io",
                "create pods/portforward",
                "create subjectaccessreviews.authorization.k8s.io",
                "create tokenreviews.authentication.k8s.io",
                "create volumegroupsnapshots.groupsnapshot.storage.k8s.io",
                "create volumesnapshots.snapshot.storage.k8s.io",
                "delete volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io",
                "delete volumegroupsnapshots.groupsnapshot.storage.k8s.io",
                "delete volumesnapshotcontents.snapshot.storage.k8s.io",
                "delete volumesnapshots.snapshot.storage.k8s.io",
                "patch persistentvolumeclaims",
                "patch volumegroupsnapshotcontents.groupsnapshot.storage.k8s.io",
                "patch volumesnapshotcontents.snapshot.storage.k8s.io",
                "patch volumesnapshots.snapshot.storage.k8s.io",
                "update leases.coordination.k8s.io",
            ],
            writing.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_rule_covers_what_it_does_not_name()
    {
        Assert.All(
            Rules.SelectMany(rule => ((string[])["apiGroups", "resources", "verbs", "resourceNames"]).SelectMany(field => Texts(rule, field))),
            text => Assert.DoesNotContain('*', text));
    }

    private static IEnumerable<string> Texts(JsonNode rule, string field) => (rule[field]?.AsArray() ?? []).Select(text => (string)text!);
}
