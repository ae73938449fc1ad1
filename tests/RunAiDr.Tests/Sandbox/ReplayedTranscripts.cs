using System.Text.Json.Nodes;

namespace RunAiDr.Tests.Sandbox;

/// <summary>Which transcripts are replayed, what was set up before each, and which exchanges are left out and why.</summary>
internal static class ReplayedTranscripts
{
    /// <summary>Exchanges whose answers differ, each with what they depend on.</summary>
    private static readonly Dictionary<string, int[]> LeftOut = new(StringComparer.Ordinal)
    {
        ["01-version-and-health"] = [0, 5, 7], // the build of the recorded binary and its list of paths
        ["02-discovery-legacy"] = [1], // groups that the sandbox does not serve
        ["05-bad-requests"] = [10, 18, 33, 34], // YAML, and bodies that the recording does not hold
        ["10-list-basics"] = [0], // namespaces of other recordings
        ["17-list-partial-metadata"] = [6, 7], // columns of Tables
        ["20-watch-events"] = [6], // a revision of the recording that was never answered
        ["29-watch-bookmarks"] = [1], // a write that is seen earlier here
        ["30-watch-bookmarks-quiet"] = [1], // a write that is seen earlier here
        ["36-update-put"] = [0], // a uid of the recording
        ["40-apply-create-change"] = [0], // words for true of YAML 1.1
        ["43-apply-over-other-manager"] = [9, 11], // an object whose managers were cleared before
        ["45-apply-options"] = [11], // a duplicate key in strict mode
        ["52-delete"] = [4], // a uid of the recording
        ["53-namespace-delete"] = [1, 7, 10], // the wording and the number of the conditions
        ["55-generate-name"] = [3, 4], // generateName is not checked
        ["56-defaults"] = [0, 13, 28, 29, 31], // kinds and addresses that the sandbox does not know
        ["57-managed-fields"] = [6], // the controller of volumes
        ["60-owner-references"] = [2], // ownerReferences are not checked
        ["64-apply-normalised-values"] = [1, 2, 4], // the quota controller
        ["69-anonymous"] = [2], // the build of the recorded binary
        ["74-crd-first-moments"] = [1, 3], // CRDs are served at once
        ["75-crd-create"] = [2, 7, 8, 14], // CRDs are served at once; discovery of other groups
        ["76-cr-lifecycle"] = [20, 25, 33], // columns of Tables, and a time of managedFields
        ["85-names-rbac"] = [28, 29, 30], // paths that HTTP libraries normalise
        ["86-names-limits"] = [17], // a body that the recording does not hold
        ["87-configmap-text"] = [2, 4, 6], // YAML, and a body that the recording does not hold
        ["88-numbers"] = [5], // YAML
    };

    private static readonly string[] Whole =
    [
        "11-list-paging",
        "12-list-consistent-cut",
        "13-list-resource-version",
        "16-list-selectors",
        "18-list-order",
        "21-watch-without-version",
        "24-watch-list",
        "25-watch-selector",
        "26-watch-finalizer",
        "27-watch-metadata-only",
        "28-watch-errors",
        "35-create",
        "38-patch-json",
        "41-apply-conflict-force",
        "42-apply-ownership-removal",
        "44-apply-lists-and-maps",
        "46-apply-permissions",
        "47-dry-run",
        "49-immutable-configmap-secret",
        "50-rolebinding-missing-role",
        "54-finalizers",
        "58-status-subresource",
        "62-aggregated-clusterrole",
        "63-apply-secret",
        "66-forbidden",
        "73-lease",
    ];

    /// <summary>Transcripts that take many seconds because their watches do.</summary>
    public static readonly string[] Waiting =
    [
        "20-watch-events",
        "21-watch-without-version",
        "24-watch-list",
        "25-watch-selector",
        "28-watch-errors",
        "29-watch-bookmarks",
        "30-watch-bookmarks-quiet",
        "53-namespace-delete",
    ];

    public static TheoryData<string> Names => new(Whole.Concat(LeftOut.Keys).Order(StringComparer.Ordinal));

    public static IReadOnlySet<int> Left(string name) => LeftOut.GetValueOrDefault(name, []).ToHashSet();

    /// <summary>What existed before the first recorded request.</summary>
    public static IEnumerable<(string Path, string Body)> Scene(string name) => name[..2] switch
    {
        "10" => [ConfigMap("list-a", "one", "a=1")],
        "11" => [.. "12345".Select(i => ConfigMap("paging", $"a{i}", $"i={i}", "app=x"))],
        "12" =>
        [
            ConfigMap("cut", "a1", "v=old", "cut=y"), Binding("cut", "b1"), ConfigMap("cut", "a2", "v=old", "cut=y"),
            Binding("cut", "b2"), ConfigMap("cut", "a3", "v=old", "cut=y"), Binding("cut", "b3"),
        ],
        "13" => [.. "123".Select(i => ConfigMap("rvs", $"a{i}", "v=1", "t=y"))],
        "16" => [ConfigMap("sel", "a", "k=1", "app=x,tier=web"), ConfigMap("sel", "b", "k=1", "app=y"), ConfigMap("sel", "c", "k=1")],
        "17" => [ConfigMap("pom", "a", "k=1", "app=x"), ConfigMap("pom", "b", "k=1", "app=x")],
        "18" => [.. new[] { "ord", "ord-b", "ord2" }.SelectMany(Ordered)],
        "21" => [ConfigMap("watch0", "a", "v=1", "w=y"), ConfigMap("watch0", "b", "v=1", "w=y")],
        "24" => [ConfigMap("wlist", "a", "v=1", "w=y"), ConfigMap("wlist", "b", "v=1", "w=y")],
        "25" => [ConfigMap("wsel", "a", "v=1", "w=y")],
        "26" => [Held("wfin", "a", "v=1")],
        "27" => [ConfigMap("wpom", "a", "v=1", "w=y")],
        "36" => [ConfigMap("put", "a", "k=1")],
        "38" => [ConfigMap("jpatch", "a", "k=1", annotations: "example.com/x=1")],
        "47" => [ConfigMap("dry", "a", "k=1")],
        "46" => [ConfigMap("ssaperm", "exists", "k=1"), .. Rights("ssaperm", "patcher", "configmaps", "patch", ""), .. Rights("ssaperm", "both", "configmaps", "patch,create", "")],
        "50" => Rights("rbmiss", "binder", "rolebindings", "create,patch,get", "rbac.authorization.k8s.io"),
        "52" =>
        [
            .. "abcdef".Select(c => ConfigMap("del", $"{c}", "k=1")), ConfigMap("del", "g", "k=1", "g=1"), ConfigMap("del", "h", "k=1", "g=1"),
            Other("/api/v1/namespaces/del/serviceaccounts", "s"), Other("/api/v1/namespaces/del/secrets", "s"),
            Other("/apis/coordination.k8s.io/v1/namespaces/del/leases", "l"),
            ("/api/v1/namespaces/del/persistentvolumeclaims",
                """{"metadata":{"name":"p"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}},"storageClassName":"none"}}"""),
        ],
        "53" => [Held("gone", "held", "k=1")],
        "54" => [],
        "66" =>
        [
            ConfigMap("forb", "a", "k=1"), .. Rights("forb", "one", "configmaps", "get", "", "a"), .. Rights("forb", "two", "configmaps", "list", "", "a"),
        ],
        "67" =>
        [
            ("/api/v1/namespaces", """{"metadata":{"name":"ssar"}}"""),
            ("/apis/rbac.authorization.k8s.io/v1/namespaces/ssar/roles",
                """
                {"metadata":{"name":"sally-rights"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]},
                {"apiGroups":["rbac.authorization.k8s.io"],"resources":["rolebindings"],"resourceNames":["only-this"],"verbs":["patch"]}]}
                """),
            ("/apis/rbac.authorization.k8s.io/v1/namespaces/ssar/rolebindings",
                """
                {"metadata":{"name":"sally-rights"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"sally-rights"},
                "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"sally"}]}
                """),
        ],
        "76" or "88" => [Widgets()],
        _ => [],
    };

    private static (string Path, string Body) ConfigMap(string ns, string name, string data, string labels = "", string annotations = "") =>
        ($"/api/v1/namespaces/{ns}/configmaps", new JsonObject
        {
            ["metadata"] = Metadata(name, labels, annotations),
            ["data"] = Map(data),
        }.ToJsonString());

    private static IEnumerable<(string Path, string Body)> Ordered(string ns) =>
    [
        ("/api/v1/namespaces", new JsonObject { ["metadata"] = Metadata(ns, "ord=y", "") }.ToJsonString()),
        .. new[] { "x1", "x.1", "x-1", "x" }.Select(name =>
            ($"/api/v1/namespaces/{ns}/configmaps", new JsonObject { ["metadata"] = Metadata(name, "ord=y", "") }.ToJsonString())),
    ];

    private static (string Path, string Body) Held(string ns, string name, string data)
    {
        var metadata = Metadata(name, "", "");
        metadata["finalizers"] = new JsonArray("example.com/hold");
        return ($"/api/v1/namespaces/{ns}/configmaps", new JsonObject { ["metadata"] = metadata, ["data"] = Map(data) }.ToJsonString());
    }

    private static (string Path, string Body) Other(string path, string name) => (path, new JsonObject { ["metadata"] = Metadata(name, "", "") }.ToJsonString());

    private static (string Path, string Body) Binding(string ns, string name, string kind = "ClusterRole", string role = "view", string user = "u") =>
        ($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings",
            $$$"""
            {"metadata":{"name":"{{{name}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{{kind}}}","name":"{{{role}}}"},
            "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{{user}}}"}]}
            """);

    private static IEnumerable<(string Path, string Body)> Rights(string ns, string user, string resource, string verbs, string group, string? only = null)
    {
        var rule = new JsonObject
        {
            ["apiGroups"] = new JsonArray(group),
            ["resources"] = new JsonArray(resource),
            ["verbs"] = new JsonArray([.. verbs.Split(',').Select(v => JsonValue.Create(v))]),
        };
        if (only is not null)
        {
            rule["resourceNames"] = new JsonArray(only);
        }

        yield return ($"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles",
            new JsonObject { ["metadata"] = Metadata(user, "", ""), ["rules"] = new JsonArray(rule) }.ToJsonString());
        yield return Binding(ns, user, "Role", user, user);
    }

    /// <summary>The CRD that transcript 75 makes.</summary>
    private static (string Path, string Body) Widgets()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver", "75-crd-create.json"));
        return ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", JsonNode.Parse(text)!["exchanges"]![1]!["request"]!["body"]!.ToJsonString());
    }

    private static JsonObject Metadata(string name, string labels, string annotations)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (labels.Length > 0)
        {
            metadata["labels"] = Map(labels);
        }

        if (annotations.Length > 0)
        {
            metadata["annotations"] = Map(annotations);
        }

        return metadata;
    }

    private static JsonObject Map(string pairs) => new(pairs.Split(',').Select(p => p.Split('='))
        .Select(p => KeyValuePair.Create(p[0], (JsonNode?)p[1])));
}
