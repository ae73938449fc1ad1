using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Git;
using RunAiDr.Tests.Cli.Service.Web.Pages;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Browser;

/// <summary>
/// The pages over ten days of the sample installation: a complete checkpoint and a partial one, changes of
/// three projects, more than one page of them, one objective met and one missed.
/// </summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed partial class SampleScene : IAsyncLifetime
#pragma warning restore CA1001
{
    public const string Whole = "20260301-030000";
    public const string Partial = "before-upgrade";
    public const string Unexplained = "leftover-of-a-run-that-nobody-remembers-and-no-rule-is-about";
    public const string Quota = "namespaces/runai-vision/configmaps/quota.yaml";
    public const string Gone = "namespaces/runai-nlp/configmaps/training-defaults-of-the-whole-research-group.yaml";

    private const int PagesOfAKind = 3;

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(10));
    private readonly MemoryStateTree _tree = SampleRestorePoint.Tree();
    private DashboardScene _scene = null!;

    internal ServiceStatus Status { get => _scene.Status; set => _scene.Status = value; }

    internal CommitId Newest { get; private set; }

    public async Task InitializeAsync()
    {
        _scene = await DashboardScene.StartAsync();
        _tree.Put("restore-point.yaml", MemoryStateTree.Header.Replace("cluster: prod\n", $"cluster: {TestRepository.Cluster}\n", StringComparison.Ordinal));
        Fill();
        Status = Standing();
    }

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    internal Uri At(string path) => _scene.At(path);

    internal Task StopAsync() => _scene.StopAsync();

    internal Task StartAgainAsync() => _scene.StartAgainAsync();

    /// <summary>What can be reached by links from the first page, some of each kind.</summary>
    internal async Task<IReadOnlyList<string>> PagesAsync()
    {
        using var http = new HttpClient();
        var found = new List<string> { "/" };
        for (var next = 0; next < found.Count; next++)
        {
            var page = await http.GetStringAsync(At(found[next]));
            var local = Link().Matches(page).Select(link => WebUtility.HtmlDecode(link.Groups["path"].Value)).Except(found, StringComparer.Ordinal);
            found.AddRange(local.Distinct().Where(path => found.Count(other => KindOf(other) == KindOf(path)) < PagesOfAKind));
        }

        return [.. found, $"/resources/{Gone}"];
    }

    /// <summary>Commits as sync does.</summary>
    internal CommitId Change(string subject, string actor, Action<MemoryStateTree> change) => Change(TimeSpan.FromHours(17), subject, actor, change);

    private CommitId Change(TimeSpan pause, string subject, string actor, Action<MemoryStateTree> change)
    {
        change(_tree);
        using var store = GitStateStore.Open(_scene.Repository.Options, _clock);
        using var writer = store.Begin(TestRepository.Cluster);
        _tree.PutInto(writer);
        var text = new CommitText(subject, "", [new("Cluster", TestRepository.Cluster), new("Changed-By", actor)]);
        Newest = writer.Commit(text) ?? throw new InvalidOperationException("Nothing has changed.");
        _clock.Advance(pause);
        return Newest;
    }

    private static string Content(string name, string project, int gpus) => $"""
        apiVersion: v1
        data:
          gpus: "{gpus}"
        kind: ConfigMap
        metadata:
          name: {name}
          namespace: runai-{project}

        """;

    private static string KindOf(string path) => path.Split('/', '?')[1];

    private static SnapshotReference Reference(SnapshotComponent component, DateTimeOffset at, string? failure = null) => new()
    {
        Component = component,
        Provider = component == SnapshotComponent.Database ? "csi" : "external",
        Checkpoint = failure is null ? Whole : Partial,
        TakenAt = at,
        Location = failure is null ? $"runai-backend/{Whole}-{component}" : "",
        Failure = failure,
    };

    private void Fill()
    {
        Change("Export 34 resources", "runai-operator", tree => tree.Put(Quota, Content("quota", "vision", 4)).Put(Gone, Content("x", "nlp", 1)));
        for (var gpus = 1; gpus <= HistoryPage.EntriesPerPage; gpus++)
        {
            Change(TimeSpan.FromMinutes(1), $"Set the quota of audio to {gpus}", "kubectl-scale", tree => tree.Put("namespaces/runai-audio/configmaps/quota.yaml", Content("quota", "audio", gpus)));
        }

        var taken = _clock.GetUtcNow();
        Change("Checkpoint", "runai-dr", tree => tree
            .Put("snapshots/database.yaml", Reference(SnapshotComponent.Database, taken).ToBytes())
            .Put("snapshots/metrics.yaml", Reference(SnapshotComponent.Metrics, taken).ToBytes()));
        Tag(Whole);
        for (var gpus = 5; gpus < 9; gpus++)
        {
            Change("Change quota in runai-vision", "kubectl-edit", tree => tree.Put(Quota, Content("quota", "vision", gpus)));
        }

        Change("Delete training-defaults-of-the-whole-research-group in runai-nlp", "argocd-application-controller", tree => tree.Remove(Gone));
        Change("Checkpoint", "runai-dr", tree => tree.Put(
            "snapshots/metrics.yaml", Reference(SnapshotComponent.Metrics, _clock.GetUtcNow(), "pod runai-backend-thanos-receive-0 has no claim").ToBytes()));
        Tag(Partial);
        Change("Change 12 resources in 2 namespaces", "helm", tree =>
        {
            foreach (var index in Enumerable.Range(0, 12))
            {
                tree.Put($"namespaces/runai-nlp/configmaps/dataset-{index}.yaml", Content($"dataset-{index}", "nlp", index));
            }
        });
    }

    private void Tag(string name)
    {
        using var store = GitStateStore.Open(_scene.Repository.Options, _clock);
        store.Tag(TestRepository.Cluster, name, Newest, CheckpointSummary.Subject(name, TestRepository.Cluster));
    }

    private ServiceStatus Standing()
    {
        using var store = _scene.Repository.Open();
        var newest = Checkpoint.AllOf(store, TestRepository.Cluster).Single(checkpoint => checkpoint.Name == Whole);
        RecoveryPoint Point(SnapshotComponent component, TimeSpan objective) =>
            new(component, new UsableSnapshot(newest, newest.References.Single(one => one.Component == component)), TimeSpan.FromDays(9.2), objective);
        CoverageItem Gap(string plural, string name, CoverageReason reason, string detail) =>
            new(new ResourceKey("", plural, "runai-vision", name), "vision", reason, detail);
        var coverage = new CoverageReport(
            Newest,
            [
                Gap("configmaps", Unexplained, CoverageReason.Unexplained, "last written by kubectl-client-side-apply"),
                Gap("persistentvolumeclaims", "data-runai-backend-postgresql-0", CoverageReason.NotSaved, "no checkpoint has the database"),
                .. Enumerable.Range(0, 120).Select(number => Gap("rolebindings", $"binding-{number}", CoverageReason.Protected, "role bindings of projects")),
            ],
            [new UnlistedKind("pods", "not allowed to list"), new UnlistedKind("validatingwebhookconfigurations.admissionregistration.k8s.io", "not allowed to list")]);
        var sync = new SyncStatus(TestRepository.Cluster, [], Newest, TimeSpan.FromSeconds(3), new Dictionary<string, int>(), false);
        return new ServiceStatus(true, null, [sync], new PushStatus(0, TimeSpan.Zero, null))
        {
            Checkpoints = [new CheckpointStatus(
                TestRepository.Cluster, [Point(SnapshotComponent.Database, TimeSpan.FromHours(26)), Point(SnapshotComponent.Metrics, TimeSpan.FromDays(14))])],
            Rehearsals = [new RehearsalStatus(
                TestRepository.Cluster,
                new RehearsalRecord(_clock.GetUtcNow() - TimeSpan.FromHours(30), TimeSpan.FromMinutes(7), Newest.Sha, Whole, true, false, null),
                TimeSpan.FromHours(30),
                null)],
            Coverages = [new CoverageStatus(
                TestRepository.Cluster, CoverageFigures.Of(coverage, TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(4)), TimeSpan.FromHours(4), null)],
        };
    }

    [GeneratedRegex("<a [^>]*href=\"(?<path>/[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
