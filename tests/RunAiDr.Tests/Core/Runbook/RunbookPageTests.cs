using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core.Export;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Scopes;
using RunAiDr.Tests.Core.Export;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Runbook;

public sealed partial class RunbookPageTests
{
    private const string Hostile = "a`b|c<script>\n# You\u202Etfel\u001b[31m[x](http://evil.example)";

    [Fact]
    public async Task The_page_of_the_sample_installation_reads_like_this() => Verified.Text(await PageAsync(new RecordedCluster()));

    [Fact]
    public async Task Another_order_of_the_answers_gives_the_same_page() => Assert.Equal(
        await PageAsync(new RecordedCluster()), await PageAsync(new RecordedCluster { Shuffle = new Random(3), PageSize = 2 }));

    [Fact]
    public async Task OpenShift_has_its_own_preparations()
    {
        var page = await PageAsync(new RecordedCluster { Distribution = "openshift" });

        Assert.Contains("`openshift`, Kubernetes `v1.36.3`", page, StringComparison.Ordinal);
        Assert.Contains("\n1. OpenShift with Kubernetes `1.36` or newer", page, StringComparison.Ordinal);
        Assert.Contains("\nOn OpenShift:\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("On OpenShift", await PageAsync(new RecordedCluster()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_releases_the_page_says_that_nothing_is_known_of_charts()
    {
        var cluster = new RecordedCluster();
        cluster["secrets"].RemoveAll(item => (string?)item["type"] == "helm.sh/release.v1");

        var page = await PageAsync(cluster);

        Assert.Contains("The export found no Helm release", page, StringComparison.Ordinal);
        Assert.Contains("| `control-plane` | its chart, until every workload is ready | no release was exported |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("helm pull", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\ncharts:", page, StringComparison.Ordinal);
        AssertSound(page);
    }

    [Fact]
    public async Task An_empty_cluster_has_a_page_too()
    {
        var cluster = new RecordedCluster();
        foreach (var kind in cluster.All().Select(item => item.Kind.QualifiedName).Distinct(StringComparer.Ordinal).ToList())
        {
            cluster.Remove(kind);
        }

        var page = await PageAsync(cluster);

        Assert.Contains("No secret was taken out", page, StringComparison.Ordinal);
        AssertSound(page);
    }

    [Fact]
    public async Task A_name_cannot_become_markup()
    {
        var cluster = new RecordedCluster();
        var binding = cluster["clusterrolebindings.rbac.authorization.k8s.io"][0].DeepClone().AsObject();
        binding["metadata"]!["name"] = Hostile;
        binding["metadata"]!["uid"] = "1";
        binding["roleRef"]!["name"] = "cluster-admin";
        cluster["clusterrolebindings.rbac.authorization.k8s.io"].Add(binding);
        cluster["persistentvolumeclaims"].First(item => IsIn(item, "runai"))["spec"]!["storageClassName"] = Hostile;
        cluster["nodepools.run.ai"][0]["spec"]!["labelKey"] = Hostile;

        var page = await PageAsync(cluster);

        AssertSound(page);
        Assert.Equal(3, page.Split([Markdown.Code(Hostile)["<code>".Length..^"</code>".Length], Markdown.Text(Hostile)], StringSplitOptions.None).Length - 1);
    }

    [Fact]
    public async Task A_variable_that_is_empty_is_refused_by_every_command()
    {
        var used = (await PageAsync(new RecordedCluster())).Split('\n').SelectMany(line => Variable().Matches(line)).Select(match => match.Value)
            .Where(variable => variable != "$oauthtoken").ToList();

        Assert.All(used, variable => Assert.EndsWith(":?}", variable, StringComparison.Ordinal));
        Assert.Equal(
            ["${checkpoint:?}", "${key:?}", "${new:?}", "${old:?}", "${repo:?}"],
            used.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_running_configuration_decides_whether_Run_ai_makes_namespaces()
    {
        var cluster = new RecordedCluster();
        cluster["runaiconfigs.run.ai"][0]["spec"]!["project-controller"]!["createNamespaces"] = true;

        Assert.Contains("not made by Run:ai", await PageAsync(new RecordedCluster()), StringComparison.Ordinal);
        Assert.Contains("made by Run:ai's project-controller", await PageAsync(cluster), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain-1.2_3/x:y", "plain-1.2_3/x:y")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's; rm -rf ~ $(x)", @"'it'\''s; rm -rf ~ $(x)'")]
    [InlineData("two\nlines", @"'two\nlines'")]
    [InlineData("", "''")]
    public void A_name_is_one_word_of_the_shell(string name, string word) => Assert.Equal(word, Markdown.Word(name));

    [Theory]
    [InlineData("plain", "`plain`")]
    [InlineData("<b>&amp;", "`<b>&amp;`")]
    [InlineData(" ", "(empty)")]
    [InlineData("a|b", "<code>a&#124;b</code>")]
    [InlineData("`", "<code>&#96;</code>")]
    [InlineData("@a\\", "<code>&#64;a&#92;</code>")]
    public void A_name_is_shown_as_it_is(string name, string shown) => Assert.Equal(shown, Markdown.Code(name));

    [Fact]
    public void A_long_name_is_cut_between_letters()
    {
        var shown = Markdown.Code(string.Concat(Enumerable.Repeat("x😀", 100)));

        Assert.Equal(202, shown.Length);
        Assert.EndsWith("x…`", shown, StringComparison.Ordinal);
    }

    /// <summary>No control characters, code blocks that end, tables whose rows have the cells of their header.</summary>
    internal static void AssertSound(string page)
    {
        var lines = page.Split('\n');
        Assert.DoesNotContain(page, letter => char.IsControl(letter) && letter != '\n');
        Assert.Equal(0, lines.Count(line => line.StartsWith("```", StringComparison.Ordinal)) % 2);
        Assert.Equal(
            ["# Runbook", "## 1. Get the tools", "## 2. Choose a checkpoint", "## 3. Make the new cluster ready",
             "## 4. Lay out the charts", "## 5. Collect the secrets", "## 6. Shut out the old cluster",
             "## 7. Plan, rehydrate, verify", "## 8. Look at it", "## Phases, and how long they take", "## What is to come back",
             "## What rehydrate leaves to you", "## When it stops half way"],
            Outside(lines).Where(line => line.StartsWith('#')).Select(line => line.Split(':')[0]).Order(StringComparer.Ordinal));
        var cells = 0;
        foreach (var line in Outside(lines))
        {
            var now = line.StartsWith('|') ? line.Replace(@"\|", "", StringComparison.Ordinal).Count(letter => letter == '|') : 0;
            Assert.True(cells == 0 || now == 0 || now == cells, line);
            cells = now;
        }
    }

    // Those of a go-template stand in single quotes and are one letter long.
    [GeneratedRegex(@"\$\{[^}]*\}|\$[a-z]{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();

    private static IEnumerable<string> Outside(IEnumerable<string> lines)
    {
        var inside = false;
        foreach (var line in lines)
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            inside ^= isFence;
            if (!inside && !isFence)
            {
                yield return line;
            }
        }
    }

    private static bool IsIn(JsonObject item, string @namespace) =>
        (string?)item["metadata"]!["namespace"] == @namespace && item["metadata"]!["labels"]?.ToJsonString().Contains("cluster-wide") == true;

    private static async Task<string> PageAsync(RecordedCluster cluster)
    {
        var sink = new MemorySink();
        await new ClusterExporter(cluster, Scope.RunAi()).ExportAsync("prod", sink, CancellationToken.None);
        return sink[RunbookPage.Path];
    }
}
