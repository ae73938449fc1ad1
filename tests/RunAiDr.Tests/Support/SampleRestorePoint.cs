using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Support;

/// <summary>The sample installation of TestData/runai-cluster as the state tree that EXPECTED.tsv describes.</summary>
internal static class SampleRestorePoint
{
    private static readonly string[] Files =
    [
        "accessrules", "clusterrolebindings", "configmaps", "customresourcedefinitions", "departments",
        "distributedpolicies", "inferencepolicies", "ingresses", "interactivepolicies", "namespaces", "nodepools",
        "persistentvolumeclaims", "projects", "rolebindings", "roles", "runaiconfigs", "secrets.other",
        "serviceaccounts", "trainingpolicies",
    ];

    private static readonly string[] Dropped =
        ["managedFields", "uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"];

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster");

    public static RestorePointInfo Info { get; } =
        RestorePointInfo.Parse(System.Text.Encoding.UTF8.GetBytes(MemoryStateTree.Header), RestorePointInfo.Path);

    public static MemoryStateTree Tree()
    {
        var verdicts = File.ReadLines(Path.Combine(Folder, "EXPECTED.tsv")).Skip(1).Select(line => line.Split('\t')).ToArray();
        var tree = new MemoryStateTree();
        foreach (var resource in Files.SelectMany(Read))
        {
            var verdict = verdicts.First(v => Fits(v, resource))[0];
            if (verdict is "export" or "compare" or "reference" || (verdict == "free" && IsWanted(resource)))
            {
                tree.Put(resource);
            }
        }

        return tree
            .Put("values/runai-cluster.yaml", "cluster:\n  uid: 1\n")
            .Put("values/runai-cluster.release.yaml", "chart: runai-cluster\nchartVersion: 2.20.24\nnamespace: runai\n")
            .Put("snapshots/database.yaml", Database.ToBytes());
    }

    private static SnapshotReference Database { get; } = new()
    {
        Component = SnapshotComponent.Database,
        Provider = SnapshotSources.Csi,
        Checkpoint = "before-upgrade",
        TakenAt = MemoryStateTree.Committed,
    };

    private static IEnumerable<Resource> Read(string file)
    {
        var list = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "live", $"{file}.json")))!.AsObject();
        var apiVersion = (string)list["apiVersion"]!;
        var kind = ((string)list["kind"]!)[..^"List".Length];
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        foreach (var item in list["items"]!.AsArray())
        {
            var body = (JsonObject)item!.DeepClone();
            body["apiVersion"] = apiVersion;
            body["kind"] = kind;
            var resourceKind = new ResourceKind(
                slash < 0 ? "" : apiVersion[..slash],
                apiVersion[(slash + 1)..],
                kind,
                file.Split('.')[0],
                body["metadata"]!["namespace"] is not null);
            yield return Clean(new Resource(resourceKind, body));
        }
    }

    private static Resource Clean(Resource resource)
    {
        resource.Body.Remove("status");
        foreach (var field in Dropped)
        {
            resource.Metadata.Remove(field);
        }

        foreach (var owner in resource.Metadata["ownerReferences"]?.AsArray() ?? [])
        {
            owner!.AsObject().Remove("uid");
        }

        if (resource.Metadata["annotations"] is JsonObject annotations)
        {
            annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        }

        if (resource.Kind.Plural == "secrets" && resource.Body["data"] is JsonObject data)
        {
            foreach (var (key, _) in data.ToArray())
            {
                data[key] = Placeholder.For($"namespaces/{resource.Namespace}/secrets/{resource.Name}/{key}");
            }
        }

        return resource;
    }

    private static bool Fits(string[] verdict, Resource resource) =>
        Is(verdict[1], resource.Kind.ApiVersion)
        && Is(verdict[2], resource.Kind.Kind)
        && Is(verdict[3], resource.Namespace ?? "-")
        && Is(verdict[4], resource.Name);

    private static bool Is(string pattern, string text) => pattern.EndsWith('*')
        ? text.StartsWith(pattern[..^1], StringComparison.Ordinal)
        : pattern == text;

    private static bool IsWanted(Resource resource) =>
        resource.Kind.Plural is "customresourcedefinitions" or "roles" or "namespaces"
        || resource.Name == "pipeline-runner";
}
