using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Tests.Core.Scopes;

public sealed class ScopeTests
{
    private const string Small = """
        version: 1
        labels: {project: runai/queue}
        kinds:
          namespaces: [v1]
          configmaps: [v1]
          widgets.example.org: [v2, v1]
        helm: []
        rules:
          - name: all
            kinds: [configmaps]
            where: {namespaces: [a, b], labels: ["${project}", "x=1"]}
            treatment: export
          - name: widgets
            kinds: [widgets.example.org]
            treatment: compare

        """;

    [Theory]
    [InlineData("secrets", "export")]
    [InlineData("configmaps", "reference")]
    [InlineData("configmaps", "encrypt")]
    public void Secrets_are_kept_encrypted_or_by_reference_and_nothing_else_is(string kind, string treatment)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Scope.Parse(
            $"version: 1\nlabels: {{project: a/b}}\nkinds: {{{kind}: [v1]}}\nhelm: []\nrules:\n- name: x\n  kinds: [{kind}]\n  treatment: {treatment}\n",
            "s.yaml"));

        Assert.Contains("s.yaml:8: secrets are kept encrypted or by reference", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_rule_omits_no_later_rule_takes_and_no_list_is_read_for_it()
    {
        var scope = Scope.Parse(
            """
            version: 1
            labels: {project: a/b}
            kinds: {configmaps: [v1], secrets: [v1]}
            helm: []
            rules:
              - {name: drafts, kinds: [configmaps, secrets], where: {namespaces: [runai], names: ["draft-*"]}, exclude: {names: [draft-0]}, treatment: omit}
              - {name: all, kinds: [configmaps], where: {namespaces: [runai]}, treatment: export}
            """,
            "s.yaml");

        Assert.Null(scope.Match(Head("draft-1"), new ExportContext()));
        Assert.Null(scope.MatchSaved(Head("draft-1"), new ExportContext()));
        Assert.Equal("drafts", scope.Decide(Head("draft-1"), new ExportContext()).Rule?.Name);
        Assert.Equal("all", scope.Match(Head("draft-0"), new ExportContext())?.Name);
        Assert.Equal("all", scope.Match(Head("kept"), new ExportContext())?.Name);
        var read = scope.Selections([Of("configmaps", "ConfigMap"), Of("secrets", "Secret")]).Selections;
        Assert.Equal(["configmaps"], read.Select(selection => selection.Kind.Plural));
    }

    [Fact]
    public void Every_error_of_a_scope_file_is_told_at_once_with_its_line()
    {
        const string Broken = """
            version: 7
            labels: {queue: runai/queue}
            kinds:
              configmaps: [v1]
              Bad Kind: [v1]
            helm: {}
            rules:
              - name: one
                kinds: [pods]
                where:
                  labels: ["${nosuch}=1", "a b c"]
                  projectNamespaces: maybe
                  namespace: [runai]
                treatment: keep
              - kinds: []
            extra: 1
            """;

        var failure = Assert.Throws<RunAiDrException>(() => Scope.Parse(Broken, "my.yaml"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        string[] lines =
        [
            "my.yaml:1: labels.project is missing: the label of project namespaces, such as runai/queue",
            "my.yaml:1: version 7 is not known; this program reads version 1",
            "my.yaml:5: 'Bad Kind' is not a kind: write plural or plural.group, such as projects.run.ai",
            "my.yaml:6: helm is a list",
            "my.yaml:9: kind 'pods' is not listed under kinds",
            "my.yaml:11: 'a b c' is not a label selector (key, !key, key=value, key!=value, key in (a, b))",
            "my.yaml:11: label ${nosuch} is not listed under labels",
            "my.yaml:12: projectNamespaces is true or false",
            "my.yaml:13: 'namespace' is not known here; known are namespaces, projectNamespaces, names, roles, labels, anyField, referenced, namedByValues",
            "my.yaml:14: treatment 'keep' is not export, compare, encrypt, reference or omit",
            "my.yaml:15: a list of texts is expected",
            "my.yaml:15: name is missing",
            "my.yaml:15: treatment is missing",
            "my.yaml:16: 'extra' is not known here; known are version, labels, kinds, helm, rules",
        ];
        Assert.Equal(lines, failure.Message.Split('\n').Skip(1).ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a: [")]
    [InlineData("- 1")]
    [InlineData("just text")]
    [InlineData("version: 1\n---\nversion: 1\n")]
    [InlineData("a: 1\na: 2\n")]
    [InlineData("rules: &r\n  - *r\n")]
    public void What_is_not_a_scope_file_is_refused(string text)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Scope.Parse(text, "my.yaml"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains("my.yaml:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_is_read_at_the_first_version_that_is_served()
    {
        var scope = Scope.Parse(Small, "small.yaml");

        var selections = scope.Selections([Kind("configmaps", "", "v1"), Kind("widgets", "example.org", "v1")]);

        Assert.Equal(
            ["configmaps v1 a runai/queue", "configmaps v1 a x=1", "configmaps v1 b runai/queue", "configmaps v1 b x=1",
             "widgets v1  "],
            selections.Selections.Select(s => $"{s.Kind.Plural} {s.Kind.Version} {s.Namespace} {s.LabelSelector}").ToArray());
    }

    [Fact]
    public void A_kind_served_at_other_versions_only_is_lacking_and_they_are_named()
    {
        var scope = Scope.Parse(Small, "small.yaml");

        var selections = scope.Selections([Kind("widgets", "example.org", "v3")]);

        Assert.Equal(["configmaps", "widgets.example.org (served at v3 only)"], selections.Lacking);
    }

    [Fact]
    public void Namespaces_are_read_first_and_what_bindings_name_last()
    {
        var scope = Scope.RunAi();
        var served = scope.Kinds.Select(kind => Kind(kind.Key.Split('.')[0], kind.Key[kind.Key.Split('.')[0].Length..].TrimStart('.'), kind.Value[0]));

        var order = scope.Selections(served).Selections.Select(selection => selection.Kind.Plural).ToList();

        Assert.Equal("namespaces", order[0]);
        Assert.True(order.LastIndexOf("rolebindings") < order.IndexOf("roles"));
        Assert.True(order.LastIndexOf("clusterrolebindings") < order.IndexOf("serviceaccounts"));
    }

    [Fact]
    public void Comments_layout_and_the_order_of_keys_do_not_change_the_digest()
    {
        var same = "# comment\nkinds: {widgets.example.org: [v2, \"v1\"], configmaps: [v1], namespaces: [v1]}\n"
            + Small.Replace("kinds:\n  namespaces: [v1]\n  configmaps: [v1]\n  widgets.example.org: [v2, v1]\n", "", StringComparison.Ordinal);
        var other = Small.Replace("[v2, v1]", "[v1, v2]", StringComparison.Ordinal);

        Assert.Equal(Scope.Parse(Small, "a").Digest, Scope.Parse(same, "b").Digest);
        Assert.NotEqual(Scope.Parse(Small, "a").Digest, Scope.Parse(other, "b").Digest, StringComparer.Ordinal);
    }

    [Fact]
    public void The_rights_that_an_export_needs_cover_every_kind_of_the_scope()
    {
        var rules = Scope.RunAi().RequiredRules();

        string[] groups =
            ["", "apiextensions.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io", "run.ai", "scheduling.run.ai"];
        Assert.Equal(groups, rules.Select(rule => rule.Group).ToArray());
        Assert.Equal("departments", Assert.Single(rules[^1].Plurals));
        Assert.All(rules, rule => Assert.Equal(["get", "list", "watch"], rule.Verbs));
    }

    [Theory]
    [InlineData("a", "a=", true)]
    [InlineData("a", "b=1", false)]
    [InlineData("!a", "b=1", true)]
    [InlineData("a=1", "a=1", true)]
    [InlineData("a==1", "a=1", true)]
    [InlineData("a!=1", "b=1", true)]
    [InlineData("a!=1", "a=1", false)]
    [InlineData("a in (1, 2)", "a=2", true)]
    [InlineData("a in (1, 2),b", "a=2", false)]
    [InlineData("a,a!=", "a=", false)]
    public void A_label_selector_means_what_it_means_to_kubernetes(string selector, string label, bool expected)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [label.Split('=')[0]] = label.Split('=')[1] };

        Assert.Equal(expected, LabelSelector.TryParse(selector, out _)!.Matches(labels));
    }

    private static ResourceKind Kind(string plural, string group, string version) =>
        new(group, version, "Any", plural, plural is not ("namespaces" or "widgets"));

    private static ResourceKind Of(string plural, string kind) => new("", "v1", kind, plural, Namespaced: true);

    private static ResourceHead Head(string name) => ResourceHead.Read(
        Of("configmaps", "ConfigMap"), Encoding.UTF8.GetBytes($$$"""{"metadata": {"name": "{{{name}}}", "namespace": "runai"}}"""));
}
