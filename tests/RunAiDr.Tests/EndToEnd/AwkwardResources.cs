using System.Text.Json.Nodes;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Names and values that YAML, Git, file systems and server-side apply are known to damage.</summary>
internal static class AwkwardResources
{
    private const string Namespace = "awkward";

    private static readonly string[] Names =
    [
        "system:node:1", "with blanks  in it ", " leading", "line\nbreak", "UPPER", "tab\there", "ünïcödé 🚀", "a~0123456789abcdef",
        "..hidden", "-", "null", "C:", "con", "quote\"'`", new string('x', 300), new string('x', 299) + "y", "ß" + new string('é', 149),
    ];

    private static readonly (string Key, string Value)[] Texts =
    [
        ("crlf", "one\r\ntwo\r\n"), ("cr", "one\rtwo"), ("tabs", "\tone\n\t\ttwo\t\n"), ("trailing", "one  \ntwo \n\n\n"),
        ("leading", "  one\n two\n"), ("blank", " "), ("empty", ""), ("newline", "\n"), ("newlines", "\n\n\n"),
        ("control", "a\u0001\u0007\u001b[31mred\u007f\u0085\u009f z"), ("separators", "a\u2028b\u2029c\u00a0d\ufeffe"),
        ("emoji", "🚀\n🚀\n"), ("yes", "yes"), ("number", "0123"), ("time", "12:30:45"), ("tilde", "~"), ("merge", "<<"),
        ("document", "---\na: 1\n...\n"), ("comment", "# no comment\n"), ("nonewline", "one\ntwo"), ("long", new string('l', 5000)),
    ];

    /// <summary>Creates them on one cluster, exports, rehydrates the other, and compares what each server stores.</summary>
    public static async Task CheckAsync(EndToEndCluster lost, EndToEndCluster fresh)
    {
        using var workspace = await EndToEndWorkspace.InitAsync();
        await CreateAsync(lost, workspace);
        await workspace.DoAsync(lost, "export", "--tag", "p");

        await workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", EndToEndSecrets.Write(workspace, "dr/prod/p"));

        await workspace.DoAsync(fresh, "verify", "p");
        var (before, after) = (await BindingsAsync(lost), await BindingsAsync(fresh));
        Assert.Equal(Names.Order(StringComparer.Ordinal), before.Order(StringComparer.Ordinal));
        Assert.Equal(before.Order(StringComparer.Ordinal), after.Order(StringComparer.Ordinal));
        foreach (var name in (string[])["awkward-texts", "awkward-bytes", "awkward-large"])
        {
            var saved = await lost.GetAsync("configmap", name, "-n", "runai");
            var restored = await fresh.GetAsync("configmap", name, "-n", "runai");
            Assert.Equal(saved["data"]?.ToJsonString(), restored["data"]?.ToJsonString());
            Assert.Equal(saved["binaryData"]?.ToJsonString(), restored["binaryData"]?.ToJsonString());
        }

        workspace.Git.AssertSound();
    }

    private static async Task CreateAsync(EndToEndCluster cluster, EndToEndWorkspace workspace)
    {
        var resources = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = Namespace, ["labels"] = new JsonObject { ["runai/queue"] = Namespace } },
        });
        foreach (var name in Names)
        {
            resources.Add(Binding(name));
        }

        resources.Add(Template("awkward-texts", "data", Texts.ToDictionary(text => text.Key, text => text.Value)));
        resources.Add(Template("awkward-bytes", "binaryData", new()
        {
            ["every.byte"] = Convert.ToBase64String([.. Enumerable.Range(0, 256).Select(value => (byte)value)]),
            [".none"] = "",
        }));
        resources.Add(Template("awkward-large", "data", new()
        {
            ["text"] = string.Concat(Enumerable.Range(0, 20_000)
                .Select(line => $"line {line}: all work and no play makes a dull text\n"))[..900_000],
            ["one-line"] = new string('z', 100_000),
        }));
        // One file each: several in one file are read as YAML, which has its own mind about escapes.
        var folder = Directory.CreateDirectory(workspace.File("awkward")).FullName;
        foreach (var (number, resource) in resources.Index())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{number:000}.json"), resource!.ToJsonString());
        }

        await cluster.KubectlAsync("create", "-f", folder);
    }

    private static JsonObject Binding(string name) => new()
    {
        ["apiVersion"] = "rbac.authorization.k8s.io/v1",
        ["kind"] = "RoleBinding",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = "view" },
        ["subjects"] = new JsonArray(new JsonObject
        {
            ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = name,
        }),
    };

    private static JsonObject Template(string name, string field, Dictionary<string, string> values) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = "runai", ["labels"] = new JsonObject { ["runai/template"] = "true" },
        },
        [field] = new JsonObject(values.Select(value => KeyValuePair.Create(value.Key, (JsonNode?)value.Value))),
    };

    private static async Task<string[]> BindingsAsync(EndToEndCluster cluster) =>
    [
        .. (await cluster.GetAsync("rolebindings", "-n", Namespace))["items"]!.AsArray()
            .Select(item => (string)item!["metadata"]!["name"]!),
    ];
}
