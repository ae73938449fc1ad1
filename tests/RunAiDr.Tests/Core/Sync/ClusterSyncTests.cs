using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Sync;

/// <summary>Sync against an API server and real Git: whatever happens, the tip ends as what the cluster is.</summary>
public class ClusterSyncTests
{
    private const string Researcher = "namespaces/runai-vision/rolebindings/runai-researcher.yaml";

    [Fact]
    public async Task A_change_becomes_a_commit_that_says_what_and_who()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        await cluster.UntilReadyAsync();
        var commits = cluster.Commits();

        await AddUserAsync(cluster, "new-user");
        await SyncedCluster.UntilAsync(() => cluster.Commits() > commits, () => "no commit");

        var message = cluster.Git.Run("log", "-1", "--format=%B", "main");
        Assert.StartsWith("runai-vision: change RoleBinding runai-researcher\n\nchange runai-vision: RoleBinding runai-researcher\n\nCluster: prod-a\nCluster-Revision: ", message, StringComparison.Ordinal);
        Assert.Contains("\nChanged-By: runai-dr", message, StringComparison.Ordinal);
        Assert.Contains("new-user", cluster.Text(Researcher), StringComparison.Ordinal);
        Assert.Equal(commits + 1, cluster.Commits());
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task What_only_the_server_sets_and_what_comes_and_goes_makes_no_commit()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Settle = TimeSpan.FromMilliseconds(600), MaxWait = TimeSpan.FromSeconds(5) });
        await cluster.UntilReadyAsync();
        var commits = cluster.Commits();

        cluster.Load(Template("short-lived", "v"));
        await cluster.DeleteAsync(Template("short-lived", ""));
        var binding = await GetResearcherAsync(cluster);
        binding["metadata"]!["managedFields"] = new JsonArray();
        cluster.Server.Load(binding);
        cluster.Load(Template("lasting", "v"));
        await cluster.UntilFileAsync("templates/lasting.yaml");

        Assert.Equal(commits + 1, cluster.Commits());
        Assert.Equal(["A\tclusters/prod-a/templates/lasting.yaml"], cluster.Git.Lines("diff", "--name-status", "main~1", "main"));
    }

    [Fact]
    public async Task Changes_of_a_batch_become_one_commit()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Settle = TimeSpan.FromMilliseconds(700), MaxWait = TimeSpan.FromSeconds(10) });
        await cluster.UntilReadyAsync();
        var commits = cluster.Commits();

        for (var i = 0; i < 20; i++)
        {
            cluster.Load(Template($"batch-{i}", "v"));
        }

        await cluster.UntilFileAsync("templates/batch-19.yaml");

        Assert.Equal(commits + 1, cluster.Commits());
        Assert.StartsWith("prod-a: add 20 resources", cluster.Git.Run("log", "-1", "--format=%s", "main").Replace("runai: ", "prod-a: ", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_happened_while_it_was_down_becomes_one_commit()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        await cluster.UntilReadyAsync();
        await cluster.StopAsync();
        var commits = cluster.Commits();

        await cluster.DeleteAsync(Template("job-settings-training", ""));
        cluster.Load(Template("made-while-down", "v"));
        await AddUserAsync(cluster, "added-while-down");
        cluster.Resume();
        await cluster.UntilFileAsync("templates/made-while-down.yaml");

        Assert.Equal(commits + 1, cluster.Commits());
        Assert.False(cluster.Has("templates/job-settings-training.yaml"));
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task Deleted_and_made_again_with_the_same_content_is_there()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        cluster.Load(Template("again", "v"));
        await cluster.UntilFileAsync("templates/again.yaml");
        await cluster.DeleteAsync(Template("again", ""));
        await cluster.UntilFileAsync("templates/again.yaml", exists: false);

        cluster.Load(Template("again", "v"));

        await cluster.UntilFileAsync("templates/again.yaml");
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task After_410_the_cluster_is_read_again_and_deletions_are_found()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Settle = TimeSpan.FromSeconds(3), MaxWait = TimeSpan.FromSeconds(9) });
        await cluster.UntilReadyAsync();

        await cluster.DeleteAsync(Template("job-settings-training", ""));
        cluster.Load(Template("unseen", "v"));
        cluster.Server.Compact();
        cluster.Watcher.Expire();
        await cluster.UntilFileAsync("templates/unseen.yaml");

        Assert.False(cluster.Has("templates/job-settings-training.yaml"));
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task A_namespace_that_becomes_a_project_comes_with_all_that_is_in_it()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        cluster.Load(Given.Namespace("late"));
        cluster.Load(Given.Binding("late", "readers", "view", "someone"));
        await cluster.UntilReadyAsync();
        Assert.False(cluster.Has("namespaces/late/rolebindings/readers.yaml"));

        cluster.Load(Given.Namespace("late", new JsonObject { ["runai/queue"] = "late" }));
        await cluster.UntilFileAsync("namespaces/late/rolebindings/readers.yaml");
        await cluster.UntilCompleteAsync();

        cluster.Load(Given.Namespace("late"));
        await cluster.UntilFileAsync("namespaces/late/rolebindings/readers.yaml", exists: false);
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task Roles_and_service_accounts_come_and_go_with_the_bindings_that_name_them()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        var account = Given.Of(KnownKinds.ServiceAccount, "runai-vision", "robot");
        cluster.Load(account);
        await cluster.UntilReadyAsync();
        var binding = Given.Binding("runai-vision", "robots", "view");
        binding.Body["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["name"] = "robot", ["namespace"] = "runai-vision" });

        cluster.Load(binding);
        await cluster.UntilFileAsync("namespaces/runai-vision/serviceaccounts/robot.yaml");
        await cluster.UntilCompleteAsync();

        await cluster.DeleteAsync(binding);
        await cluster.UntilFileAsync("namespaces/runai-vision/serviceaccounts/robot.yaml", exists: false);
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task A_kind_that_vanishes_with_its_definition_is_kept_until_an_operator_confirms()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        await cluster.UntilReadyAsync();
        var definition = Given.Of(KnownKinds.Definition, null, "trainingpolicies.run.ai");
        var policies = cluster.Repository.Files().Where(path => path.Contains("/trainingpolicies.run.ai/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(policies);

        await cluster.DeleteAsync(definition);
        await SyncedCluster.UntilAsync(() => !cluster.Journal.Status().Ready, () => "still ready");
        await cluster.UntilFileAsync("cluster/customresourcedefinitions.apiextensions.k8s.io/trainingpolicies.run.ai.yaml");
        await Task.Delay(1000, CancellationToken.None);

        Assert.Contains("trainingpolicies.run.ai", Assert.Single(cluster.Journal.Status().NotReady), StringComparison.Ordinal);
        Assert.Empty(policies.Except(cluster.Repository.Files()));

        await AddUserAsync(cluster, "while-held");
        await SyncedCluster.UntilAsync(() => cluster.Text(Researcher).Contains("while-held", StringComparison.Ordinal), () => "other kinds are stopped too");

        await cluster.ConfirmDeletionsAsync();
        await AddUserAsync(cluster, "after-confirmation");
        await cluster.UntilReadyAsync();
        await cluster.UntilCompleteAsync();
        Assert.Empty(policies.Intersect(cluster.Repository.Files()));
    }

    [Fact]
    public async Task A_kind_that_appears_while_it_runs_is_exported()
    {
        await using var cluster = await SyncedCluster.StartAsync(empty: true);
        await cluster.UntilReadyAsync();
        var kinds = SampleInstallation.Resources()
            .Where(resource => (string?)resource["kind"] is "CustomResourceDefinition" or "Project").ToList();

        kinds.ForEach(cluster.Server.Load);

        await cluster.UntilFileAsync("cluster/projects.run.ai/vision.yaml");
        await cluster.UntilCompleteAsync();
        var later = kinds.First(resource => (string?)resource["kind"] == "Project");
        later["metadata"]!["name"] = "later";
        later["metadata"]!["uid"] = null;
        cluster.Server.Load(later);
        await cluster.UntilFileAsync("cluster/projects.run.ai/later.yaml");
    }

    [Fact]
    public async Task A_mass_deletion_stops_until_it_is_confirmed()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { DeletionGuard = new(0.01, 3) });
        await cluster.UntilReadyAsync();
        var commits = cluster.Commits();

        foreach (var name in (string[])["runai-vision", "runai-speech"])
        {
            await cluster.DeleteAsync(Given.Namespace(name));
        }

        await SyncedCluster.UntilAsync(() => cluster.Journal.Status().GuardStopped, () => "not stopped");

        Assert.Contains("would delete", Assert.Single(cluster.Journal.Status().NotReady), StringComparison.Ordinal);
        Assert.Equal(commits, cluster.Commits());

        await cluster.ConfirmDeletionsAsync();
        await cluster.UntilReadyAsync();
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task Somebody_elses_commit_to_the_folder_is_noticed_and_mended()
    {
        await using var cluster = await SyncedCluster.StartAsync();
        await cluster.UntilReadyAsync();
        cluster.Repository.Import($"D clusters/{SyncedCluster.Cluster}/{Researcher}\nM 644 inline notes.txt\ndata 3\nhi\n\n");

        cluster.Load(Template("after", "v"));

        await cluster.UntilFileAsync("templates/after.yaml");
        await cluster.UntilFileAsync(Researcher);
        await cluster.UntilCompleteAsync();
        Assert.Contains("notes.txt", cluster.Repository.Files());
    }

    [Fact]
    public async Task While_a_kind_is_forbidden_nothing_is_committed_and_the_reason_is_told()
    {
        await using var cluster = await SyncedCluster.StartAsync(asReader: true);
        await SyncedCluster.UntilAsync(
            () => cluster.Journal.Status().NotReady.Any(reason => reason.Contains("forbidden", StringComparison.OrdinalIgnoreCase)),
            () => string.Join('\n', cluster.Journal.Status().NotReady));
        Assert.False(cluster.Has("restore-point.yaml"));

        cluster.Load(ReaderRole());
        cluster.Load(ReaderBinding());
        await cluster.UntilReadyAsync();
        var commits = cluster.Commits();

        var narrowed = ReaderRole();
        narrowed.Body["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("namespaces"), ["verbs"] = new JsonArray("*") });
        cluster.Load(narrowed);
        cluster.Watcher.Expire();
        await SyncedCluster.UntilAsync(() => !cluster.Journal.Status().Ready, () => "still ready");
        await Task.Delay(500, CancellationToken.None);

        Assert.Equal(commits, cluster.Commits());
        cluster.Load(ReaderRole());
        await cluster.UntilReadyAsync();
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task Changes_that_come_faster_than_commits_share_them()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Settle = TimeSpan.Zero });
        await cluster.UntilReadyAsync();
        var before = cluster.Commits();
        for (var i = 0; i < 300; i++)
        {
            cluster.Load(Template($"stream-{i}", "value"));
        }

        await cluster.UntilCompleteAsync();

        Assert.InRange(cluster.Commits() - before, 1, 150);
    }

    [Fact]
    public async Task A_storm_with_broken_watches_ends_complete()
    {
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Settle = TimeSpan.Zero });
        await cluster.UntilReadyAsync();
        var random = new Random(20261126);
        for (var i = 0; i < 600; i++)
        {
            var resource = random.Next(4) switch
            {
                0 => Given.Binding("runai-vision", $"storm-{random.Next(20)}", "view", $"user-{i}"),
                1 => Given.Namespace($"runai-storm-{random.Next(6)}", random.Next(3) == 0 ? null : new JsonObject { ["runai/queue"] = $"storm{random.Next(3)}" }),
                _ => Template($"storm-{random.Next(60)}", $"value {i}"),
            };
            if (resource.Kind.Plural != "namespaces" && random.Next(4) == 0)
            {
                await cluster.DeleteAsync(resource);
            }
            else
            {
                cluster.Load(resource);
            }

            if (i % 150 == 149)
            {
                cluster.Server.Compact();
                cluster.Watcher.Expire();
            }

            if (i % 10 == 0)
            {
                await Task.Delay(5, CancellationToken.None);
            }
        }

        await cluster.UntilCompleteAsync();
    }

    private static Resource Template(string name, string value)
    {
        var template = Given.ConfigMap("runai", name, value);
        template.Metadata["labels"] = new JsonObject { ["runai/template"] = "true" };
        return template;
    }

    private static Task<JsonObject> GetResearcherAsync(SyncedCluster cluster) =>
        cluster.GetAsync(Kinds.RoleBinding, "runai-vision", "runai-researcher");

    private static async Task AddUserAsync(SyncedCluster cluster, string user)
    {
        var binding = await GetResearcherAsync(cluster);
        foreach (var field in (string[])["managedFields", "resourceVersion", "uid", "creationTimestamp"])
        {
            binding["metadata"]!.AsObject().Remove(field);
        }

        var subjects = binding["subjects"] as JsonArray ?? [];
        binding["subjects"] = null;
        binding["subjects"] = new JsonArray([
            .. subjects.Select(subject => subject!.DeepClone()),
            new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "User", ["name"] = user },
        ]);
        var result = await cluster.Admin.ApplyAsync(new Resource(Kinds.RoleBinding, binding), new(DryRun: false, Force: true), CancellationToken.None);
        Assert.Null(result.Reason);
    }

    private static Resource ReaderRole()
    {
        var role = Given.Of(KnownKinds.ClusterRole, null, "reader");
        role.Body["rules"] = new JsonArray(new JsonObject { ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*"), ["verbs"] = new JsonArray("get", "list", "watch") });
        return role;
    }

    private static Resource ReaderBinding() => Given.Binding(null, "reader", "reader", "reader");
}
