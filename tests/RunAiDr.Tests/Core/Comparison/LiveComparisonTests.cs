using System.Text.Json.Nodes;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Comparison;

public sealed class LiveComparisonTests
{
    private readonly MemoryStateTree _saved = SampleRestorePoint.Tree();

    [Fact]
    public void Equal_trees_have_no_difference_whatever_the_snapshots_say()
    {
        var live = _saved.Copy().Put("snapshots/database.yaml", "provider: pgdump\n").Put("snapshots/metrics.yaml", "a: 1\n");

        Assert.Empty(Compare(live).Items);
    }

    [Fact]
    public void Files_are_added_missing_or_changed()
    {
        var live = _saved.Copy().Put(Given.ConfigMap("runai", "new", "1"));
        live.Remove("templates/template-admin.yaml");
        live.Put(Given.ConfigMap("runai", "notebook-large", "1"));

        var kinds = Compare(live).Items.Select(d => $"{d.Kind} {d.Path}");

        Assert.Equal(
            "Added templates/new.yaml, Changed templates/notebook-large.yaml, Missing templates/template-admin.yaml",
            string.Join(", ", kinds));
    }

    [Fact]
    public void A_reset_forgets_what_the_first_attempt_put()
    {
        var comparison = new LiveComparison(_saved);
        comparison.Put("templates/other.yaml", "a: 1\n"u8);
        comparison.Put("templates/template-admin.yaml", "a: 1\n"u8);

        comparison.Reset();
        _saved.PutInto(comparison);

        Assert.Empty(comparison.Finish().Items);
    }

    [Fact]
    public void The_drift_of_the_sample_reads_like_this()
    {
        var live = _saved.Copy();
        var vision = "namespaces/runai-vision/rolebindings/runai-researcher.yaml";
        Edit(live, vision, body => ((JsonArray)body["subjects"]!).Add((JsonNode)new JsonObject
        {
            ["apiGroup"] = "rbac.authorization.k8s.io",
            ["kind"] = "User",
            ["name"] = "new\u001b[31m@example.com",
        }));
        Edit(live, "templates/job-settings-interactive.yaml", body => body["data"]!["fields"] =
            ((string)body["data"]!["fields"]!).Replace("max: 4", "max: 8", StringComparison.Ordinal));
        Edit(live, "namespaces/runai-robotics/namespace.yaml", body =>
            body["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"] = "baseline");
        Edit(live, "namespaces/runai/runaiconfigs.run.ai/runai.yaml", body => body["spec"]!["project-controller"] =
            new JsonObject { ["createNamespaces"] = true });
        live.Put(Given.Binding("runai-nlp", "support-breakglass", "cluster-admin", "eve"));
        foreach (var file in _saved.Files.Where(f => f.Path.StartsWith("namespaces/runai-tutorial/", StringComparison.Ordinal)))
        {
            live.Remove(file.Path);
        }

        var drift = Drift.Of(Compare(live), _saved, "runai/queue");
        Verified.Text(string.Join('\n', DifferenceText.Lines(drift, unified: false)) + "\n", "text");
        Verified.Text(string.Join('\n', DriftPage.Of("prod", _saved.Id, drift)) + "\n", "markdown");
    }

    [Fact]
    public void Changed_fields_are_named_with_both_values()
    {
        var before = Given.Of(new("run.ai", "v1", "RunaiConfig", "runaiconfigs", true), "runai", "runai");
        before.Body["spec"] = JsonNode.Parse("""{"retention":"4h","on":true,"args":["a","b"],"rules":[{"name":"x","max":1}]}""");
        var after = Given.Of(before.Kind, "runai", "runai");
        after.Body["spec"] = JsonNode.Parse("""{"retention":"6h","args":["b","a"],"rules":[{"name":"x","max":2}],"new":{"a":1}}""");
        var saved = new MemoryStateTree().Put(before);

        var difference = Assert.Single(Compare(new MemoryStateTree().Put(after), saved).Items);

        Assert.Equal(
            """
            spec.args: order → another order
            spec.new: + {"a":1}
            spec.on: - true
            spec.retention: 4h → 6h
            spec.rules[x].max: 1 → 2
            """,
            string.Join('\n', difference.Fields));
        var unified = string.Join('\n', difference.UnifiedDiff());
        Assert.Contains("\n-  retention: 4h\n", unified, StringComparison.Ordinal);
        Assert.Contains("\n+  retention: 6h\n", unified, StringComparison.Ordinal);
        Assert.Equal("runai", difference.Namespace);
    }

    [Theory]
    [InlineData("""{"kind":"ClusterRole","rules":[{"verbs":["*"],"resources":["*"]}]}""", "allows every verb on every resource")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["*"],"resources":["secrets"]}]}""", "allows every verb on secrets")]
    [InlineData("""{"kind":"Role","rules":[{"verbs":["get"],"resources":["*"]}]}""", "allows get on every resource")]
    [InlineData("""{"kind":"ClusterRole","rules":[{"verbs":["bind"],"resources":["clusterroles"]}]}""", "allows bind of clusterroles")]
    [InlineData("""{"kind":"RoleBinding","roleRef":{"name":"view"},"subjects":[{"name":"system:authenticated"}]}""", "binds system:authenticated")]
    [InlineData("""{"kind":"ClusterRoleBinding","roleRef":{"name":"cluster-admin"}}""", "binds to cluster-admin")]
    [InlineData("""{"kind":"Namespace","metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}""", "pod-security.kubernetes.io/enforce is privileged")]
    public void Dangers_are_named(string body, string expected) =>
        Assert.Equal(expected, Assert.Single(Danger.In((JsonObject)JsonNode.Parse(body)!)).Text);

    [Fact]
    public void A_saved_file_that_is_no_yaml_is_compared_as_text()
    {
        var saved = new MemoryStateTree().Put("templates/a.yaml", "a: [\n");

        var difference = Assert.Single(Compare(new MemoryStateTree().Put("templates/a.yaml", "a: 1\n"), saved).Items);

        Assert.Empty(difference.Fields);
        Assert.Contains("-a: [\n+a: 1", string.Join('\n', difference.UnifiedDiff()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: 'runai-dr-secret:values/a/a:'\n", "a: plain-value\n")]
    [InlineData("a: plain-value\n", "a: 'runai-dr-secret:values/a/a:'\n")]
    [InlineData("a: [x, 'runai-dr-secret:values/a/a.1:']\n", "a: [x, plain-value]\n")]
    [InlineData("a: 'runai-dr-secret:values/a/a:'\n", "a: {b: plain-value}\n")]
    [InlineData("a: |\n  x\n  p runai-dr-secret:values/a/a.p:\n", "a: |\n  x\n  p plain-value\n")]
    [InlineData("a: '1 runai-dr-secret:values/a/a.p: runai-dr-secret:values/a/a.q:'\n", "a: '1 runai-dr-secret:values/a/a.p: plain-value'\n")]
    public void What_stands_on_the_other_side_of_a_placeholder_is_not_shown(string before, string after)
    {
        var saved = new MemoryStateTree().Put("values/a.yaml", before);

        var differences = Compare(new MemoryStateTree().Put("values/a.yaml", after), saved).Items;

        Assert.NotEmpty(Assert.Single(differences).Fields);
        var text = string.Join('\n', DifferenceText.Lines(differences, unified: true)) + System.Text.Json.JsonSerializer.Serialize(differences);
        Assert.DoesNotContain("plain-value", text, StringComparison.Ordinal);
        Assert.Contains("[secret]", text, StringComparison.Ordinal);
        Assert.Contains("runai-dr-secret:values/a/a", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_with_another_value_is_told_by_name()
    {
        var saved = WithMacs("{values/a/one: '1', values/a/two: '2'}\n");
        var live = WithMacs("{values/a/two: '3', values/a/three: '4'}\n").Put("secrets/values/a.age", "never compared");

        var difference = Assert.Single(Compare(live, saved, comparesSecrets: true).Items);

        Assert.Equal(
            ["secret values/a/one is gone", "secret values/a/three is new", "secret values/a/two has another value"],
            difference.Fields.Select(field => field.ToString()));
        Assert.Empty(difference.UnifiedDiff());
    }

    [Fact]
    public void Secrets_are_compared_only_where_both_sides_can_be()
    {
        var saved = WithMacs("{values/a/one: '1'}\n");
        var live = WithMacs("{values/a/one: '2'}\n");

        Assert.Empty(Compare(live, saved).Items);
        Assert.False(Compare(live, saved).HasSecrets);
        Assert.Empty(Compare(live, new MemoryStateTree().Put("values/a.yaml", "a: 1\n"), comparesSecrets: true).Items);
    }

    [Fact]
    public void A_document_that_one_side_lacks_is_told_once()
    {
        var with = new MemoryStateTree().Put(Given.ConfigMap("team-a", "x", "1")).Put("secrets/recipients.yaml", "a: 1\n")
            .Put("secrets/namespaces/team-a/configmaps/x.macs.yaml", "{namespaces/team-a/configmaps/x/data.p: '1'}\n");
        var without = new MemoryStateTree().Put("secrets/recipients.yaml", "b: 1\n");

        Assert.Equal("namespaces/team-a/configmaps/x.yaml", Assert.Single(Compare(with, without, comparesSecrets: true).Items).Path);
        Assert.Equal("namespaces/team-a/configmaps/x.yaml", Assert.Single(Compare(without, with, comparesSecrets: true).Items).Path);
    }

    [Fact]
    public void Where_no_value_has_its_saved_MAC_another_key_is_told_once()
    {
        var saved = WithMacs("{values/a/one: '1', values/a/two: '2'}\n");
        var comparison = new LiveComparison(saved, comparesSecrets: true);
        WithMacs("{values/a/one: '3', values/a/two: '4'}\n").PutInto(comparison);

        var told = Assert.Single(comparison.Finish().Items);

        Assert.Contains("each of 2 secret values differs: the HMAC key is another", Assert.Single(told.Fields).Field, StringComparison.Ordinal);
    }

    private static MemoryStateTree WithMacs(string macs) =>
        new MemoryStateTree().Put("values/a.yaml", "a: 1\n").Put("secrets/recipients.yaml", "a: 1\n").Put("secrets/values/a.macs.yaml", macs);

    [Fact]
    public void Very_many_lines_are_not_compared_one_by_one()
    {
        var many = string.Concat(Enumerable.Range(0, 200_000).Select(line => $"- {line}\n"));
        var saved = new MemoryStateTree().Put("templates/a.yaml", many);

        var forged = Assert.Single(Compare(new MemoryStateTree().Put("templates/a.yaml", "a: 1\n"), saved).Items);
        var edited = Assert.Single(Compare(new MemoryStateTree().Put("templates/a.yaml", many.Replace("- 70000\n", "", StringComparison.Ordinal)), saved).Items);

        Assert.Equal(["too long to be compared line by line"], forged.UnifiedDiff());
        Assert.Contains("-- 70000", edited.UnifiedDiff());
    }

    [Fact]
    public void Many_equal_entries_of_a_list_and_many_lines_of_a_text_take_no_long_time()
    {
        var list = string.Concat(Enumerable.Repeat("- x\n", 200_000));
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(line => $"  {line}\n"));
        var saved = new MemoryStateTree().Put("templates/a.yaml", $"list:\n{list}text: |\n{text}");

        var difference = Assert.Single(Compare(new MemoryStateTree().Put("templates/a.yaml", "text: other\n"), saved).Items);

        Assert.Equal(200_001, difference.Fields.Count);
        Assert.Contains("too long to be compared line by line", difference.Fields[^1].Lines);
    }

    private static void Edit(MemoryStateTree tree, string path, Action<JsonObject> edit)
    {
        var body = (JsonObject)RunAiDr.Core.Yaml.YamlReader.Read(tree.Read(path)!, path, RunAiDr.Core.Fault.RestorePoint)!;
        edit(body);
        tree.Put(path, RunAiDr.Core.Yaml.YamlWriter.ToBytes(body));
    }

    private StateDifferences Compare(MemoryStateTree live, MemoryStateTree? saved = null, bool comparesSecrets = false)
    {
        var comparison = new LiveComparison(saved ?? _saved, comparesSecrets);
        live.PutInto(comparison);
        return comparison.Finish();
    }
}
