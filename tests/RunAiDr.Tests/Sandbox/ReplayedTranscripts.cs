using System.Text.Json.Nodes;

namespace RunAiDr.Tests.Sandbox;

/// <summary>Which transcripts are replayed, what was set up before each, and which exchanges are left out and why.</summary>
internal static class ReplayedTranscripts
{
    public static readonly TheoryData<string> Names = new(Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "TestData", "apiserver"), "*.json")
        .Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal));

    public static IReadOnlySet<int> Left(string name) => new HashSet<int>();

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
            ["metadata"] = Metadata(name, labels, annotations), ["data"] = Map(data),
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
            ["apiGroups"] = new JsonArray(group), ["resources"] = new JsonArray(resource),
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
