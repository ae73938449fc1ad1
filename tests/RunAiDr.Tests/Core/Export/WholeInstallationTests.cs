using System.IO.Enumeration;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Export;

public sealed class WholeInstallationTests
{
    /// <summary>What the scope decides where EXPECTED.tsv leaves it open.</summary>
    private static readonly (string Kind, string Name, string Verdict)[] Decided =
    [
        ("CustomResourceDefinition", "*", "export"),
        ("ClusterRoleBinding", "*", "export"),
        ("Namespace", "knative-serving", "export"),
        ("Role", "dataset-reader", "export"),
        ("ServiceAccount", "pipeline-runner", "export"),
        ("*", "*", "omit"),
    ];

    [Fact]
    public async Task Every_object_gets_the_verdict_that_is_expected_of_it()
    {
        var (_, sink) = await Export(new RecordedCluster());
        var report = RestorePointInfo.Parse(sink.Files[RestorePointInfo.Path], RestorePointInfo.Path);
        var expected = File.ReadLines(Path.Combine(RecordedCluster.Folder, "EXPECTED.tsv")).Skip(1)
            .Select(line => line.Split('\t')).ToList();
        var wrong = new List<string>();
        foreach (var (kind, item) in new RecordedCluster().All())
        {
            var name = (string)item["metadata"]!["name"]!;
            var @namespace = (string?)item["metadata"]!["namespace"];
            var row = expected.FirstOrDefault(row => Fits(row[1], kind.ApiVersion) && Fits(row[2], kind.Kind)
                && Fits(row[3], @namespace ?? "-") && Fits(row[4], name));
            if (row is null)
            {
                continue; // a version that is not the stored one
            }

            var key = ResourceKey.For(kind, @namespace, name);
            var verdict = !sink.Files.ContainsKey(StatePath.For(key)) ? "omit"
                : report.IsCompareOnly(key) ? "compare"
                : kind.Plural == "secrets" ? "reference" : "export";
            if (verdict != Wanted(row[0], kind.Kind, name))
            {
                wrong.Add($"{key}: {verdict}, not {row[0]} ({row[5]})");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task The_state_tree_holds_nothing_else()
    {
        var (report, sink) = await Export(new RecordedCluster());

        Assert.Equal(
            ["RUNBOOK.md", "restore-point.yaml", "values/runai-backend.release.yaml", "values/runai-backend.yaml",
             "values/runai-cluster.release.yaml", "values/runai-cluster.yaml"],
            sink.Files.Keys.Where(path => !StatePath.TryParse(path, out _)), StringComparer.Ordinal);
        Assert.Equal(sink.Files.Count, report.Resources + 6);
        Assert.Equal(173 + 16 + 25 + 11 + 2 + 2 + 1, report.Resources);
    }

    [Fact]
    public async Task No_canary_is_left_in_any_file()
    {
        var (report, sink) = await Export(new RecordedCluster());
        var everything = string.Join('\n', sink.Files.Select(file => file.Key + "\n" + Encoding.UTF8.GetString(file.Value)))
            + string.Join('\n', report.Placeholders.Concat(report.Warnings).Concat(report.LackingKinds));
        string[] hidden = ["CANARY", "Q0FOQVJZL", "NBTkFSWS", "DQU5BUlkt"];

        Assert.All(hidden, text => Assert.DoesNotContain(text, everything, StringComparison.Ordinal));
        Assert.NotEmpty(report.Placeholders);
    }

    [Fact]
    public async Task The_order_of_the_answers_does_not_change_a_byte()
    {
        var (_, first) = await Export(new RecordedCluster());
        var (_, second) = await Export(new RecordedCluster { Shuffle = new Random(7), PageSize = 3 });

        Assert.Equal(first.Files.Keys, second.Files.Keys);
        Assert.All(first.Files, file => Assert.Equal(file.Value, second.Files[file.Key]));
    }

    [Fact]
    public async Task A_reading_that_starts_again_forgets_what_came_before()
    {
        var (expected, whole) = await Export(new RecordedCluster());
        var (report, sink) = await Export(new RecordedCluster { ExpiresAfter = 9 });

        Assert.Equal(1, sink.Resets);
        Assert.Equal("677", report.Revision);
        Assert.Equal(expected.Counts, report.Counts);
        Assert.Equal(whole.Files.Keys, sink.Files.Keys);
    }

    [Fact]
    public async Task A_resource_that_is_being_deleted_is_not_desired_state()
    {
        var cluster = new RecordedCluster();
        var binding = cluster["rolebindings.rbac.authorization.k8s.io"]
            .First(item => (string?)item["metadata"]!["name"] == "dataset-readers");
        binding["metadata"]!["deletionTimestamp"] = "2026-11-22T12:00:00Z";

        var (report, sink) = await Export(cluster);

        Assert.Equal(["rolebindings.rbac.authorization.k8s.io/dataset-readers -n ml-research"], report.Terminating);
        Assert.False(sink.Files.ContainsKey("namespaces/ml-research/rolebindings/dataset-readers.yaml"));
        Assert.False(sink.Files.ContainsKey("namespaces/ml-research/roles.rbac.authorization.k8s.io/dataset-reader.yaml"));
    }

    [Fact]
    public async Task Kinds_that_the_cluster_lacks_are_reported()
    {
        var cluster = new RecordedCluster();
        cluster.Remove("nodepools.run.ai");
        cluster["customresourcedefinitions.apiextensions.k8s.io"].RemoveAll(item => (string)item["metadata"]!["name"]! == "nodepools.run.ai");

        var (report, sink) = await Export(cluster);

        Assert.Equal(["nodepools.run.ai"], report.LackingKinds);
        Assert.DoesNotContain(sink.Files.Keys, path => path.Contains("nodepools.run.ai/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_has_a_definition_and_does_not_serve_it_yet_is_not_ready_to_be_read()
    {
        var cluster = new RecordedCluster();
        cluster.Remove("nodepools.run.ai");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => Export(cluster));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("nodepools.run.ai", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_that_differ_in_case_only_are_refused_with_both_names()
    {
        var cluster = new RecordedCluster();
        var bindings = cluster["rolebindings.rbac.authorization.k8s.io"];
        var twin = bindings.First(item => (string?)item["metadata"]!["name"] == "dataset-readers").DeepClone().AsObject();
        twin["metadata"]!["name"] = "Dataset-Readers";
        bindings.Add(twin);

        var failure = await Assert.ThrowsAsync<RunAiDr.Core.RunAiDrException>(() => Export(cluster));

        Assert.Contains("dataset-readers", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Dataset-Readers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Departments_are_read_at_the_version_that_has_their_queues()
    {
        var (_, sink) = await Export(new RecordedCluster());

        Assert.Contains("queues:", sink["cluster/departments.scheduling.run.ai/perception.yaml"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_of_other_tenants_are_not_even_read()
    {
        var cluster = new RecordedCluster();
        await Export(cluster);

        var secrets = cluster.Asked.Where(selection => selection.Kind.Plural == "secrets").ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets, selection => Assert.True(selection.Namespace is not null || selection.LabelSelector is not null));
    }

    [Fact]
    public async Task The_restore_point_says_what_it_is_of()
    {
        var (_, sink) = await Export(new RecordedCluster());

        Assert.Equal(
            $"""
            charts:
              runai-backend: "2.20.24"
              runai-cluster: "2.20.24"
            cluster: prod
            clusterUid: 7f9c0f2e-0000-4000-8000-000000000001
            compareOnly:
            - accessrules.run.ai
            - departments.scheduling.run.ai
            - nodepools.run.ai
            - projects.run.ai
            distribution: kubernetes
            formatVersion: 1
            kubernetesVersion: v1.36.3
            scopeDigest: {Scope.RunAi().Digest}

            """,
            sink["restore-point.yaml"]);
    }

    [Fact]
    public async Task A_binding_to_cluster_admin_is_kept_for_comparison_only()
    {
        var cluster = new RecordedCluster();
        var bindings = cluster["clusterrolebindings.rbac.authorization.k8s.io"];
        var dangerous = bindings[0].DeepClone().AsObject();
        dangerous["metadata"]!["name"] = "runai-support-breakglass";
        dangerous["roleRef"]!["name"] = "cluster-admin";
        bindings.Add(dangerous);

        var (report, sink) = await Export(cluster);

        Assert.Single(report.CompareOnly, entry => entry == "clusterrolebindings.rbac.authorization.k8s.io/runai-support-breakglass");
        Assert.True(sink.Files.ContainsKey(
            "cluster/clusterrolebindings.rbac.authorization.k8s.io/runai-support-breakglass.yaml"));
    }

    [Fact]
    public async Task Another_label_of_projects_is_changed_in_one_place()
    {
        var cluster = new RecordedCluster();
        foreach (var labels in cluster["namespaces"].Select(item => item["metadata"]!["labels"]!.AsObject()))
        {
            if (labels.Remove("runai/queue", out var project))
            {
                labels["kai/project"] = project;
            }
        }

        var text = Scope.RunAiText().Replace("project: runai/queue", "project: kai/project", StringComparison.Ordinal);
        var (renamed, _) = await Export(cluster, Scope.Parse(text, "kai.yaml"));
        var (before, _) = await Export(new RecordedCluster());
        var (without, _) = await Export(cluster);

        Assert.Equal(before.Counts, renamed.Counts);
        Assert.Equal(1, without.Counts["rolebindings.rbac.authorization.k8s.io"]);
    }

    [Fact]
    public async Task A_release_that_is_not_there_or_not_deployed_is_a_warning()
    {
        var cluster = new RecordedCluster();
        cluster["secrets"].RemoveAll(item => (string?)item["metadata"]!["name"] is "sh.helm.release.v1.runai-cluster.v2"
            || ((string)item["metadata"]!["name"]!).StartsWith("sh.helm.release.v1.runai-backend", StringComparison.Ordinal));

        var (report, sink) = await Export(cluster);

        string[] warnings =
        [
            "Helm release runai-backend is not in namespace runai-backend: its values are not exported.",
            "Helm release runai-cluster has no deployed revision: the values are those of revision 1, which is superseded.",
        ];
        Assert.Equal(warnings, report.Warnings.ToArray());
        Assert.False(sink.Files.ContainsKey("values/runai-backend.yaml"));
    }

    [Fact]
    public async Task An_item_that_is_no_resource_stops_the_export()
    {
        var cluster = new RecordedCluster();
        cluster["configmaps"].Add(new JsonObject
        {
            ["metadata"] = new JsonObject { ["namespace"] = "runai" },
        });

        var failure = await Assert.ThrowsAsync<RunAiDr.Core.RunAiDrException>(() => Export(cluster));

        Assert.Contains("configmaps", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<(ExportReport Report, MemorySink Sink)> Export(RecordedCluster cluster, Scope? scope = null)
    {
        var sink = new MemorySink();
        var report = await new ClusterExporter(cluster, scope ?? Scope.RunAi()).ExportAsync("prod", sink, CancellationToken.None);
        return (report, sink);
    }

    private static string Wanted(string verdict, string kind, string name) => verdict switch
    {
        "free" => Decided.First(row => Fits(row.Kind, kind) && Fits(row.Name, name)).Verdict,
        "snapshot" => "omit",
        _ => verdict,
    };

    private static bool Fits(string pattern, string text) =>
        FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
