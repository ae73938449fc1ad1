using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Secrets;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class RehydratorTests
{
    private static readonly RehydrationOptions NoSecrets = new() { WithoutSecrets = true };

    private readonly FakeCluster _cluster = new();
    private readonly SkippingTime _time = new(MemoryStateTree.Committed.AddDays(1));

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        var first = await RunAsync(SampleRestorePoint.Tree(), NoSecrets);
        var (contents, writes) = (_cluster.Contents(), _cluster.Writes);

        var second = await RunAsync(SampleRestorePoint.Tree(), NoSecrets);

        Assert.Equal(RehydrationOutcome.Incomplete, first.Outcome); // the secrets were left out
        Assert.True(first.Resources.Count(r => r.Action == ApplyAction.Created) > 170);
        Assert.Equal(writes, _cluster.Writes);
        Assert.Equal(contents, _cluster.Contents());
        Assert.All(second.Resources, r => Assert.True(r.Action is ApplyAction.Unchanged or ApplyAction.Skipped, r.ToString()));
    }

    [Fact]
    public async Task Killed_at_any_write_and_run_again_it_ends_as_if_undisturbed()
    {
        await RunAsync(Mixed(), new RehydrationOptions());
        var (expected, writes) = (_cluster.Contents(), _cluster.Writes);
        Assert.InRange(writes, 10, 100);

        for (var kill = 1; kill <= writes; kill++)
        {
            var cluster = new FakeCluster();
            var at = kill;
            cluster.BeforeWrite = (n, _) => Crash(n == at);
            await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(Mixed(), new RehydrationOptions(), cluster));
            cluster.BeforeWrite = (_, _) => { };

            var report = await RunAsync(Mixed(), new RehydrationOptions(), cluster);

            Assert.Equal(RehydrationOutcome.Complete, report.Outcome);
            Assert.Equal(expected, cluster.Contents());
        }
    }

    [Fact]
    public async Task An_unreachable_server_ends_with_a_report_that_says_how_to_go_on()
    {
        _cluster.BeforeWrite = (n, _) => Fail(n == 5);

        var report = await RunAsync(Mixed(), new RehydrationOptions { Parallelism = 1 });

        Assert.Equal(RehydrationOutcome.Stopped, report.Outcome);
        Assert.Contains("run the same command again", report.Stopped!.Remedy, StringComparison.Ordinal);
        Assert.Equal(2, report.Resources.Count); // and twice the marker
        Assert.NotEmpty(report.NotReached);
    }

    [Fact]
    public async Task Cancelled_between_two_writes_it_still_reports()
    {
        using var stop = new CancellationTokenSource();
        var plan = await new Planner(_cluster, _time, scope: null).PlanAsync(Mixed(), new RehydrationOptions { Parallelism = 1 }, CancellationToken.None);
        _cluster.BeforeWrite = (n, _) => Cancel(stop, n == 4);

        var report = await new Rehydrator(_cluster, _time).RunAsync(plan, null, stop.Token);

        Assert.Equal(RehydrationOutcome.Cancelled, report.Outcome);
        Assert.Equal(2, report.Resources.Count); // and twice the marker
        Assert.Equal(4, _cluster.Writes);
    }

    [Fact]
    public async Task One_refused_resource_does_not_stop_the_others_but_fails_the_run()
    {
        _cluster.Refuse = resource => resource.Name == "c1" ? "admission webhook says no" : null;

        var report = await RunAsync(Mixed(), new RehydrationOptions());

        var failed = Assert.Single(report.Resources, r => r.Action == ApplyAction.Failed);
        Assert.Equal("admission webhook says no", failed.Reason);
        Assert.Equal(RehydrationOutcome.Failed, report.Outcome);
        Assert.Empty(report.NotReached);
    }

    [Fact]
    public async Task What_others_made_is_left_alone_unless_it_is_to_be_overwritten()
    {
        _cluster.Put(Given.Namespace("a"));
        var theirs = Given.ConfigMap("a", "c1", "theirs");
        _cluster.Put(theirs);

        await Assert.ThrowsAsync<RunAiDrException>(() => RunAsync(Mixed(), new RehydrationOptions()));
        var careful = await RunAsync(Mixed(), new RehydrationOptions { IntoExisting = true });
        var kept = (string?)_cluster.Find(theirs.Key)!["data"]!["k"];
        var forced = await RunAsync(Mixed(), new RehydrationOptions { Overwrite = true });

        Assert.Equal("theirs", kept);
        Assert.Equal(RehydrationOutcome.Incomplete, careful.Outcome);
        Assert.Single(careful.Resources, r => r.Action == ApplyAction.Conflict);
        Assert.Equal(RehydrationOutcome.Complete, forced.Outcome);
        Assert.Equal("1", (string?)_cluster.Find(theirs.Key)!["data"]!["k"]);
    }

    [Fact]
    public async Task What_appears_after_the_plan_is_left_alone_too()
    {
        var plan = await new Planner(_cluster, _time, scope: null).PlanAsync(Mixed(), new RehydrationOptions(), CancellationToken.None);
        _cluster.Put(Given.Namespace("a"));
        var theirs = Given.ConfigMap("a", "c1", "theirs");
        _cluster.Put(theirs);
        _cluster.Now += TimeSpan.FromMinutes(1);

        var report = await new Rehydrator(_cluster, _time).RunAsync(plan, null, CancellationToken.None);

        Assert.Equal("theirs", (string?)_cluster.Find(theirs.Key)!["data"]!["k"]);
        Assert.Equal(theirs.Key, Assert.Single(report.Resources, r => r.Action == ApplyAction.Conflict).Key);
        Assert.Equal(ApplyAction.Unchanged, report.Resources.Single(r => r.Key == Given.Namespace("a").Key).Action);
    }

    [Fact]
    public async Task On_a_fresh_target_the_saved_state_wins_over_what_a_chart_makes_on_the_way()
    {
        _cluster.BeforeWrite = (_, resource) => Chart(resource);

        var report = await RunAsync(Mixed(), new RehydrationOptions { Parallelism = 1 });

        Assert.Equal(RehydrationOutcome.Complete, report.Outcome);
        Assert.Equal("1", (string?)_cluster.Find(Given.ConfigMap("a", "c1", "").Key)!["data"]!["k"]);

        void Chart(RunAiDr.Core.Resources.Resource written)
        {
            if (written.Name == "c2")
            {
                _cluster.Put(Given.ConfigMap("a", "c3", "of the chart"));
            }
        }
    }

    [Fact]
    public async Task Once_everything_is_in_place_the_target_is_somebodys()
    {
        await RunAsync(Mixed(), new RehydrationOptions());
        _cluster.Put(Given.ConfigMap("a", "c1", "changed by somebody"));

        var again = await RunAsync(Mixed(), new RehydrationOptions());

        Assert.Equal(RehydrationOutcome.Incomplete, again.Outcome);
        Assert.Equal("changed by somebody", (string?)_cluster.Find(Given.ConfigMap("a", "c1", "").Key)!["data"]!["k"]);
    }

    [Fact]
    public async Task A_target_that_another_restore_point_has_filled_is_not_fresh()
    {
        await RunAsync(Mixed(), new RehydrationOptions());
        Forget();

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => RunAsync(Mixed(), new RehydrationOptions { Phases = new HashSet<RestorePhase> { RestorePhase.Database } }));

        Assert.Contains("target: is not fresh", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_the_operator_made_for_the_next_run_is_left_alone()
    {
        var secret = Given.Secret("a", "s", "password", "c2F2ZWQ=");
        _cluster.Refuse = resource => resource.Name == "s" ? "quota" : null;
        await RunAsync(Mixed().Put(secret), new RehydrationOptions());
        _cluster.Refuse = _ => null;
        _cluster.Put(Given.Secret("a", "s", "password", "b3RoZXI="));

        await RunAsync(Mixed().Put(secret), new RehydrationOptions());

        Assert.Equal("b3RoZXI=", (string?)_cluster.Find(secret.Key)!["data"]!["password"]);
    }

    [Fact]
    public async Task A_phase_that_failed_stays_this_rehydrations_and_those_that_are_done_do_not()
    {
        _cluster.Refuse = resource => resource.Name == "b1" ? "webhook" : null;
        await RunAsync(Mixed(), new RehydrationOptions());
        _cluster.Refuse = _ => null;
        _cluster.Put(Given.ConfigMap("a", "c1", "changed by somebody"));
        _cluster.Put(Given.Binding("b", "b2", "view", "of a chart"));

        var again = await RunAsync(Mixed(), new RehydrationOptions());

        Assert.Equal(Given.ConfigMap("a", "c1", "").Key, Assert.Single(again.Resources, r => r.Action == ApplyAction.Conflict).Key);
        Assert.Equal("bob", (string?)_cluster.Find(Given.Binding("b", "b2", "", "").Key)!["subjects"]![0]!["name"]);
    }

    [Fact]
    public async Task What_admission_changes_is_told_and_not_applied_again_and_again()
    {
        await RunAsync(Mixed(), new RehydrationOptions());
        _cluster.Find(Given.ConfigMap("a", "c1", "").Key)!["data"]!["k"] = "mutated";
        var writes = _cluster.Writes;

        var again = await RunAsync(Mixed(), new RehydrationOptions());

        Assert.Equal(writes, _cluster.Writes);
        Assert.Equal("exists and differs in data.k", Assert.Single(again.Resources, r => r.Action == ApplyAction.Conflict).Reason);
    }

    [Fact]
    public async Task A_project_with_two_namespaces_blocks()
    {
        var tree = new MemoryStateTree().Put(Project("a", "vision")).Put(Project("b", "vision"));

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => RunAsync(tree, new RehydrationOptions()));

        Assert.Equal("projects: project vision has 2 namespaces, a, b", fault.Message);

        static RunAiDr.Core.Resources.Resource Project(string name, string project)
        {
            var resource = Given.Namespace(name);
            resource.Metadata["labels"] = new JsonObject { ["runai/queue"] = project };
            return resource;
        }
    }

    [Fact]
    public async Task Phases_can_be_left_out()
    {
        var report = await RunAsync(Mixed(), new RehydrationOptions { Phases = new HashSet<RestorePhase> { RestorePhase.Namespaces } });

        Assert.Equal([Given.Namespace("a").Key, Given.Namespace("b").Key], report.Resources.Select(outcome => outcome.Key));
        Assert.Empty(report.NotReached);
    }

    [Fact]
    public async Task Secret_values_are_encoded_in_secrets_and_plain_in_texts()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("a"))
            .Put(Given.Secret("a", "s", "password", Placeholder.For("namespaces/a/secrets/s/password")))
            .Put(Given.ConfigMap("a", "c", $"url: db://u:{Placeholder.For("namespaces/a/configmaps/c/data.k")}@host"));

        await RunAsync(tree, new RehydrationOptions { Secrets = Secrets(("namespaces/a/secrets/s/password", "pä:ss"), ("namespaces/a/configmaps/c/data.k", "pä:ss")) });

        Assert.Equal("cMOkOnNz", (string?)_cluster.Find(Given.Secret("a", "s", "", "").Key)!["data"]!["password"]);
        Assert.Equal("url: db://u:pä:ss@host", (string?)_cluster.Find(Given.ConfigMap("a", "c", "").Key)!["data"]!["k"]);
    }

    [Theory]
    [InlineData("Invalid value: \"hunter2\"")]
    [InlineData("Invalid value: aHVudGVyMg==")]
    public async Task A_refusal_that_quotes_a_secret_is_reported_without_it(string refusal)
    {
        _cluster.Refuse = resource => resource.Name == "c" ? refusal : null;
        var tree = new MemoryStateTree().Put(Given.Namespace("a"))
            .Put(Given.ConfigMap("a", "c", Placeholder.For("namespaces/a/configmaps/c/k")));

        var report = await RunAsync(tree, new RehydrationOptions { Secrets = Secrets(("namespaces/a/configmaps/c/k", "hunter2")) });

        var reason = report.Resources.Single(r => r.Action == ApplyAction.Failed).Reason;
        Assert.StartsWith("Invalid value: ", reason, StringComparison.Ordinal);
        Assert.Contains("[secret]", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("aHVudGVyMg", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_placeholder_is_never_applied()
    {
        var tree = new MemoryStateTree().Put(Given.Namespace("a"))
            .Put(Given.ConfigMap("a", "c", $"{Placeholder.For("namespaces/a/configmaps/c/one")} {Placeholder.For("namespaces/a/configmaps/c/two")}"));

        var report = await RunAsync(tree, new RehydrationOptions { WithoutSecrets = true, Secrets = Secrets(("namespaces/a/configmaps/c/one", "1")) });

        var skipped = Assert.Single(report.Resources, r => r.Action == ApplyAction.Skipped);
        Assert.Equal("is not restored: no value supplied for namespaces/a/configmaps/c/two", skipped.Reason);
        Assert.DoesNotContain(_cluster.Contents(), text => text.Contains(Placeholder.Prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Owners_are_linked_by_their_new_uid_and_lost_ones_dropped()
    {
        var owner = Given.ConfigMap("a", "owner", "1");
        var tree = Mixed().Put(owner)
            .Put(Given.OwnedBy(Given.ConfigMap("a", "owned", "1"), owner))
            .Put(Given.OwnedBy(Given.ConfigMap("a", "orphan", "1"), Given.Project("gone")));

        var report = await RunAsync(tree, new RehydrationOptions());

        var uid = (string?)_cluster.Find(owner.Key)!["metadata"]!["uid"];
        var owned = _cluster.Find(Given.ConfigMap("a", "owned", "").Key)!["metadata"]!;
        Assert.Equal(uid, (string?)owned["ownerReferences"]![0]!["uid"]);
        Assert.Null(_cluster.Find(Given.ConfigMap("a", "orphan", "").Key)!["metadata"]!["ownerReferences"]);
        Assert.Contains(report.Resources, r => r.Reason == "owner Project gone is not there: reference dropped");
    }

    [Fact]
    public async Task A_definition_that_is_never_established_fails_by_name_after_the_limit()
    {
        _cluster.EstablishesDefinitions = false;

        var report = await RunAsync(Mixed(), new RehydrationOptions());

        var failed = report.Resources.Where(r => r.Action == ApplyAction.Failed).ToArray();
        Assert.Equal(Given.WidgetDefinition().Key, failed[0].Key);
        Assert.Contains("not established after 00:02:00", failed[0].Reason!, StringComparison.Ordinal);
        Assert.Equal(Given.Widget("w").Key, failed[1].Key);
    }

    [Fact]
    public async Task A_namespace_that_stays_terminating_fails_by_name_and_so_does_what_is_in_it()
    {
        var leaving = Given.Namespace("a");
        _cluster.Put(leaving)["metadata"]!["deletionTimestamp"] = "2026-03-01T00:00:00Z";

        var report = await RunAsync(Mixed(), new RehydrationOptions());

        Assert.Contains("finalizers", report.Resources.Single(r => r.Key == leaving.Key).Reason!, StringComparison.Ordinal);
        Assert.All(report.Resources.Where(r => r.Key.Namespace == "a"), r => Assert.Equal(ApplyAction.Failed, r.Action));
        Assert.Contains(report.Resources, r => r.Key.Namespace == "b" && r.Action == ApplyAction.Created);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_says_what_it_could_not_check()
    {
        var report = await RunAsync(Mixed(), new RehydrationOptions { DryRun = true });

        Assert.Equal(0, _cluster.Writes);
        Assert.Empty(_cluster.Contents());
        Assert.DoesNotContain(report.Resources, r => r.Action == ApplyAction.Failed);
        Assert.Equal("not checked: a dry run does not make its CRD", report.Resources.Single(r => r.Key == Given.Widget("w").Key).Reason);
        Assert.Contains(report.Resources, r => r.Reason == "not checked: a dry run does not make its namespace");
    }

    [Fact]
    public async Task A_blocked_plan_is_refused_before_the_first_write()
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => RunAsync(SampleRestorePoint.Tree(), new RehydrationOptions()));

        Assert.Equal(Fault.NeedsOperator, fault.Fault);
        Assert.Equal(0, _cluster.Writes);
    }

    [Fact]
    public async Task An_empty_service_account_that_came_with_its_namespace_is_filled_in()
    {
        var account = Given.With(
            Given.Of(new("", "v1", "ServiceAccount", "serviceaccounts", true), "a", "default"),
            "imagePullSecrets",
            new JsonArray(new JsonObject { ["name"] = "registry" }));

        var report = await RunAsync(Mixed().Put(account), new RehydrationOptions());

        Assert.Equal(RehydrationOutcome.Complete, report.Outcome);
        Assert.Equal("registry", (string?)_cluster.Find(account.Key)!["imagePullSecrets"]![0]!["name"]);
    }

    [Fact]
    public async Task Phases_follow_each_other_and_every_step_is_told()
    {
        var told = new List<ResourceDone>();
        var plan = await new Planner(_cluster, _time, scope: null).PlanAsync(Mixed(), new RehydrationOptions(), CancellationToken.None);

        var report = await new Rehydrator(_cluster, _time).RunAsync(plan, new Listener(progress => told.Add((ResourceDone)progress)), CancellationToken.None);

        Assert.Equal(report.Resources.Count, told.Count);
        Assert.Equal(told[^1].Total, told[^1].Done);
        var phases = told.Select(progress => progress.Outcome.Phase).ToArray();
        Assert.Equal(phases.Order(), phases);
        Assert.Equal(report.Resources.Count, report.Phases.Sum(phase => phase.Created));
    }

    private static MemoryStateTree Mixed()
    {
        var tree = new MemoryStateTree().Put(Given.WidgetDefinition()).Put(Given.Widget("w"))
            .Put(Given.Namespace("a")).Put(Given.Namespace("b")).Put(Given.Project("vision"))
            .Put(Given.Binding(null, "admins", "cluster-admin", "eve"))
            .Put(Given.OwnedBy(Given.Binding("b", "owned", "view", "alice"), Given.Widget("w")));
        for (var i = 1; i <= 3; i++)
        {
            tree.Put(Given.ConfigMap("a", $"c{i}", "1")).Put(Given.Binding("b", $"b{i}", "view", "bob"));
        }

        return tree;
    }

    private static Dictionary<string, SecretText> Secrets(params (string Name, string Value)[] values) =>
        values.ToDictionary(v => v.Name, v => new SecretText(v.Value), StringComparer.Ordinal);

    /// <summary>As if another restore point had been rehydrated.</summary>
    private void Forget() =>
        _cluster.Find(new("", "configmaps", TargetMarker.Namespace, TargetMarker.NameOf(new MemoryStateTree().Id)))!["data"]!["restorePoint"] = new string('f', 40);

    private static void Crash(bool now)
    {
        if (now)
        {
            throw new InvalidOperationException("killed");
        }
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw FakeCluster.Unreachable();
        }
    }

    private static void Cancel(CancellationTokenSource source, bool now)
    {
        if (now)
        {
            source.Cancel();
        }
    }

    private async Task<RehydrationReport> RunAsync(MemoryStateTree tree, RehydrationOptions options, FakeCluster? other = null)
    {
        var cluster = other ?? _cluster;
        var plan = await new Planner(cluster, _time, scope: null).PlanAsync(tree, options, CancellationToken.None);
        return await new Rehydrator(cluster, _time).RunAsync(plan, null, CancellationToken.None);
    }

    private sealed class Listener(Action<RehydrationProgress> told) : IProgress<RehydrationProgress>
    {
        public void Report(RehydrationProgress value) => told(value);
    }
}
