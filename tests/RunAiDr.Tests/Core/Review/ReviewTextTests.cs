using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core.Review;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Review;

public sealed class ReviewTextTests
{
    private readonly MemoryStateTree _record = SampleRestorePoint.Tree();

    [Fact]
    public void The_drift_of_the_sample_reads_like_this()
    {
        var observed = _record.Copy();
        Edit(observed, "namespaces/runai-robotics/namespace.yaml", body =>
            body["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"] = "baseline");
        Edit(observed, "namespaces/runai-vision/rolebindings/runai-researcher.yaml", body => ((JsonArray)body["subjects"]!).Add((JsonNode)new JsonObject
        {
            ["apiGroup"] = "rbac.authorization.k8s.io",
            ["kind"] = "User",
            ["name"] = "@everyone `<img src=x>` \u001b[31m",
        }));
        observed.Put(Given.Binding("runai-nlp", "support-breakglass", "cluster-admin", "eve"));
        observed.Remove("templates/template-admin.yaml");

        var drift = Drift(observed, "kubectl-edit", "runai-backend");

        Verified.Text($"{ReviewText.Title(drift)}\n\n{ReviewText.Body(drift, "drift/prod", "main")}");
    }

    [Fact]
    public void Nothing_from_the_cluster_notifies_people_or_becomes_markup()
    {
        string[] names = ["@alice", "</details><script>", "```", "[x](http://evil)", "#1", "a ``` @bob", "\n## heading"];
        var observed = _record.Copy();
        foreach (var (name, i) in names.Select((name, i) => (name, i)))
        {
            observed.Put(Given.Binding("team", $"n{i}", "view", name));
            Edit(observed, "templates/template-admin.yaml", body => body["data"]![$"k{i}"] = name + "\n```\n</details> @carol\n");
        }

        var prose = OutsideCode(ReviewText.Body(Drift(observed, names), "drift/prod", "main"));

        Assert.DoesNotContain('@', prose);
        Assert.DoesNotContain("<script", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("](", prose, StringComparison.Ordinal);
        Assert.DoesNotContain("#1", prose, StringComparison.Ordinal);
        Assert.Equal(2, prose.Split("</details>").Length);
    }

    [Fact]
    public void A_mass_change_is_a_danger_and_the_page_stays_within_what_forges_take()
    {
        var observed = _record.Copy();
        for (var i = 0; i < 3000; i++)
        {
            observed.Put(Given.ConfigMap($"namespace-{i % 7}", $"a-rather-long-name-of-a-config-map-{i}", new string('x', 90)));
        }

        var drift = Drift(observed);
        var body = ReviewText.Body(drift, "drift/prod", "main");

        Assert.InRange(body.Length, 20_000, 65_536);
        Assert.Contains("Many at once: 3000 files differ", body, StringComparison.Ordinal);
        Assert.Contains("more files do not fit here", body, StringComparison.Ordinal);
        Assert.Contains("`git diff main drift/prod` has all of it", body, StringComparison.Ordinal);
        Assert.True(ReviewText.IsAbout(body, drift));
    }

    [Fact]
    public void The_worst_names_do_not_make_it_longer_than_forges_take()
    {
        var observed = _record.Copy();
        for (var i = 0; i < 400; i++)
        {
            observed.Put(Given.Binding("team", $"n{i}", "cluster-admin", new string('`', 300) + i));
        }

        var actors = Enumerable.Range(0, 100).Select(i => new string('`', 400) + i).ToArray();

        Assert.InRange(ReviewText.Body(Drift(observed, actors), "drift/prod", "main").Length, 1, 65_536);
    }

    [Fact]
    public void Hundreds_of_namespaces_do_not_make_it_longer_than_forges_take()
    {
        var observed = _record.Copy();
        for (var i = 0; i < 400; i++)
        {
            observed.Put(Given.ConfigMap($"a-namespace-with-a-rather-long-name-of-its-own-{i:000}", "c", "1"));
        }

        var body = ReviewText.Body(Drift(observed), "drift/prod", "main");

        Assert.InRange(body.Length, 30_000, 65_536);
        Assert.Contains("more files do not fit here", body, StringComparison.Ordinal);
        Assert.InRange(body[..body.IndexOf("## Who changed it", StringComparison.Ordinal)].Length, 10_000, 32_000);
    }

    [Fact]
    public void A_monstrous_change_is_cut_and_hides_no_other()
    {
        var observed = _record.Copy().Put(Given.ConfigMap("runai-nlp", "zzz-after-it", "1"));
        Edit(observed, "templates/template-admin.yaml", body =>
        {
            for (var i = 0; i < 100; i++)
            {
                body["data"]![$"{new string('`', 300)}{i}"] = new string('`', 100_000);
            }
        });

        var drift = Drift(observed);
        var body = ReviewText.Body(drift, "drift/prod", "main");

        Assert.InRange(body.Length, 1, 65_536);
        Assert.Contains("- changed `templates/template-admin.yaml`", body, StringComparison.Ordinal);
        Assert.Contains("  - and 9", body, StringComparison.Ordinal);
        Assert.Contains("zzz-after-it", body, StringComparison.Ordinal);
        Assert.DoesNotContain("do not fit here", body, StringComparison.Ordinal);
        Assert.True(ReviewText.IsAbout(body, drift));
    }

    [Fact]
    public void The_first_export_departs_from_nothing()
    {
        var drift = ObservedDrift.Between("prod", null, _record, []);

        Assert.Contains("the branch of record has no restore point of this cluster yet", ReviewText.Body(drift, "drift/prod", "main"), StringComparison.Ordinal);
        Assert.False(drift.IsNone);
    }

    [Fact]
    public void Another_change_is_another_drift_and_the_same_is_the_same()
    {
        var first = Drift(_record.Copy().Put(Given.ConfigMap("runai", "new", "1")));
        var same = Drift(_record.Copy().Put(Given.ConfigMap("runai", "new", "1")), "somebody else");
        var other = Drift(_record.Copy().Put(Given.ConfigMap("runai", "new", "2")));

        Assert.Equal(first.Digest(), same.Digest());
        Assert.NotEqual(first.Digest(), other.Digest());
        Assert.True(Drift(_record.Copy()).IsNone);
    }

    [Fact]
    public void What_stands_beside_a_placeholder_is_not_shown()
    {
        _record.Put("values/a.yaml", "a: 'runai-dr-secret:values/a/a:'\n");
        var drift = Drift(_record.Copy().Put("values/a.yaml", "a: plain-value\n"));

        Assert.DoesNotContain("plain-value", ReviewText.Body(drift, "drift/prod", "main"), StringComparison.Ordinal);
    }

    private ObservedDrift Drift(IStateTree observed, params string[] actors) => ObservedDrift.Between("prod", _record, observed, actors);

    // Fenced blocks, spans and code elements go: what is left is what a reader of Markdown makes something of.
    private static string OutsideCode(string body)
    {
        string[] patterns = [@"(?ms)^(?<fence>`{3,})diff$.*?^\k<fence>$", "<code>[^`<]*</code>", "`[^`\n]*`"];
        return patterns.Aggregate(body, (text, pattern) => Regex.Replace(text, pattern, "", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10)));
    }

    private static void Edit(MemoryStateTree tree, string path, Action<JsonObject> edit)
    {
        var body = (JsonObject)YamlReader.Read(tree.Read(path)!, path, RunAiDr.Core.Fault.RestorePoint)!;
        edit(body);
        tree.Put(path, YamlWriter.ToBytes(body));
    }
}
