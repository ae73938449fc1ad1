using System.Text.Json.Nodes;
using RunAiDr.Core.Rehydration;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

public abstract partial class ApiServerContract
{
    [SkippableFact]
    public async Task Apply_creates_leaves_alone_and_configures()
    {
        var ns = await Server.NamespaceAsync();
        var one = Given.ConfigMap(ns, "one", "1");

        var created = await ApplyAsync(one);
        var again = await ApplyAsync(one);
        var changed = await ApplyAsync(Given.ConfigMap(ns, "one", "2"));

        Assert.Equal([ApplyAction.Created, ApplyAction.Unchanged, ApplyAction.Configured], new[] { created, again, changed }.Select(r => r.Action));
        Assert.True(JsonNode.DeepEquals(created.Live, again.Live));
        var entry = Assert.Single(changed.Live!["metadata"]!["managedFields"]!.AsArray());
        Assert.Equal(("runai-dr", "Apply", "v1", "FieldsV1"), ((string?)entry!["manager"], (string?)entry["operation"], (string?)entry["apiVersion"], (string?)entry["fieldsType"]));
        Assert.Equal("""{"f:data":{"f:k":{}}}""", entry["fieldsV1"]!.ToJsonString());
    }

    [SkippableFact]
    public async Task A_field_of_another_manager_is_a_conflict_until_it_is_forced()
    {
        var ns = await Server.NamespaceAsync();
        var path = $"{ConfigMaps(ns)}/one";
        await ApplyAsAsync("other", path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"k":"theirs","l":"theirs"}}""");

        var conflict = await ApplyAsync(Given.ConfigMap(ns, "one", "ours"));
        var raw = await ApplyAsAsync("third", path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"k":"x","l":"x"}}""");
        var equal = await ApplyAsync(Given.ConfigMap(ns, "one", "theirs"));
        var forced = await ApplyAsync(Given.ConfigMap(ns, "one", "ours"), force: true);

        Assert.Equal((ApplyAction.Conflict, "conflict with \"other\": .data.k"), (conflict.Action, conflict.Reason));
        AssertStatus(raw, 409, "Conflict");
        var causes = raw.Json["details"]!["causes"]!.AsArray();
        Assert.Equal([".data.k", ".data.l"], causes.Select(c => (string?)c!["field"]).Order(StringComparer.Ordinal));
        Assert.All(causes, c => Assert.Equal(("FieldManagerConflict", "conflict with \"other\""), ((string?)c!["reason"], (string?)c["message"])));
        Assert.Equal(ApplyAction.Configured, equal.Action);
        Assert.Equal(ApplyAction.Configured, forced.Action);
        Assert.Equal("""{"k":"ours","l":"theirs"}""", forced.Live!["data"]!.ToJsonString());
        var updated = await PatchAsync(path, """{"data":{"k":"edited"}}""");
        Assert.Equal(200, updated.Code);
        Assert.Equal("conflict with \"runai-dr-recorder\" using v1: .data.k", (await ApplyAsync(Given.ConfigMap(ns, "one", "ours"))).Reason);
    }

    [SkippableFact]
    public async Task A_field_left_out_goes_unless_somebody_else_has_it_too()
    {
        var ns = await Server.NamespaceAsync();
        var path = $"{ConfigMaps(ns)}/one";
        var three = Given.ConfigMap(ns, "one", "1");
        three.Body["data"] = Json("""{"mine":"1","shared":"1","stays":"1"}""");
        await ApplyAsync(three);
        await ApplyAsAsync("other", path, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"data":{"shared":"1"}}""");

        var result = await ApplyAsync(Given.ConfigMap(ns, "one", "1", key: "stays"));

        Assert.Equal((ApplyAction.Configured, """{"shared":"1","stays":"1"}"""), (result.Action, result.Live!["data"]!.ToJsonString()));
    }

    [SkippableFact]
    public async Task Nasty_text_survives_create_and_apply()
    {
        string[] texts =
        [
            "nul \0 bell \a escape \u001b delete \u007f c1 \u0080\u0085\u009f end",
            "separators \u2028\u2029 bom \ufeff last \ufffd nbsp \u00a0 zero \u200b",
            "astral 😀 𝒳 \U0010fffd combining e\u0301",
            "crlf\r\ntab\t trailing blank \n\n", "no final newline", " leading", "", "null", "~", "yes", "0x10", "1e3", "<a href=\"b\">&\\",
            "- a\n- {b: [c]} # d\n--- \n...\n", new string('x', 1_000_000),
        ];
        var ns = await Server.NamespaceAsync();
        var applied = Given.ConfigMap(ns, "applied", "");
        applied.Body["data"] = new JsonObject(texts[..^1].Select((text, i) => KeyValuePair.Create($"k{i}", (JsonNode?)text)));
        applied.Metadata["annotations"] = applied.Body["data"]!.DeepClone();
        var large = Given.ConfigMap(ns, "large", texts[^1]);
        var created = Given.ConfigMap(ns, "created", "");
        created.Body["data"] = applied.Body["data"]!.DeepClone();

        Assert.Equal(ApplyAction.Created, (await ApplyAsync(applied)).Action);
        Assert.Equal(ApplyAction.Unchanged, (await ApplyAsync(applied)).Action);
        Assert.Equal(ApplyAction.Created, (await ApplyAsync(large)).Action);
        await CreateAsync(created);

        foreach (var resource in new[] { applied, large, created })
        {
            var live = await Client.GetAsync(resource.Kind, ns, resource.Name, CancellationToken.None);
            AssertSame(resource.Body["data"], live!["data"]);
            AssertSame(resource.Metadata["annotations"], live["metadata"]!["annotations"]);
        }

        var tooLarge = await ApplyAsync(Given.ConfigMap(ns, "too-large", new string('x', 1_100_000)));
        Assert.Equal(ApplyAction.Failed, tooLarge.Action);
        Assert.StartsWith("422 Invalid", tooLarge.Reason, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Apply_reads_yaml()
    {
        var ns = await Server.NamespaceAsync();

        var answer = await ApplyAsAsync("other", $"{ConfigMaps(ns)}/one", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  a: |\n    x\n    y\n  ? b\n  : \"1\"\n");

        Assert.Equal((201, """{"a":"x\ny\n","b":"1"}"""), (answer.Code, answer.Json["data"]!.ToJsonString()));
        AssertStatus(await ApplyAsAsync("other", $"{ConfigMaps(ns)}/one", "{\"apiVersion\": \"v1\", \"kind\""), 400, "BadRequest");
    }

    [SkippableFact]
    public async Task Atomic_lists_are_never_merged()
    {
        var ns = await Server.NamespaceAsync();
        await ApplyAsync(Given.Binding(ns, "b", "view", "alice"));

        var other = await ApplyAsAsync("other", $"{Bindings(ns)}/b", Given.Binding(ns, "b", "view", "bob").Body.ToJsonString());

        AssertStatus(other, 409, "Conflict");
        Assert.Equal(".subjects", (string?)Assert.Single(other.Json["details"]!["causes"]!.AsArray())!["field"]);
    }

    [SkippableFact]
    public async Task The_role_of_a_binding_cannot_change_and_may_be_missing()
    {
        var ns = await Server.NamespaceAsync();

        Assert.Equal(ApplyAction.Created, (await ApplyAsync(Given.Binding(ns, "b", "no-such-role", "u"))).Action);
        var changed = await ApplyAsync(Given.Binding(ns, "b", "other", "u"), force: true);

        Assert.Equal(ApplyAction.Failed, changed.Action);
        Assert.StartsWith("422 Invalid", changed.Reason, StringComparison.Ordinal);
        Assert.Contains("roleRef", changed.Reason, StringComparison.Ordinal);
    }

    private static void AssertSame(JsonNode? wanted, JsonNode? found) => Assert.True(
        JsonNode.DeepEquals(wanted, found),
        $"wanted {Shortened(wanted)}, found {Shortened(found)}");

    private static string Shortened(JsonNode? node) => (node?.ToJsonString() ?? "nothing") is { Length: > 2000 } text ? text[..2000] : node?.ToJsonString() ?? "nothing";
}
