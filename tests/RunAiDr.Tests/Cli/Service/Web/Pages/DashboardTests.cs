using System.Text.Json.Nodes;
using RunAiDr.Cli.Service;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>The pages over a repository with three commits, one of which is a checkpoint.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public sealed class DashboardTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Map = "namespaces/runai-team-a/configmaps/quota.yaml";
    private const string Hostile = "<script>alert(1)</script>\u001b[31m\u202e";

    private DashboardScene _scene = null!;
    private CommitId _first;
    private CommitId _last;

    public async Task InitializeAsync()
    {
        _scene = await DashboardScene.StartAsync();
        _first = _scene.Commit((Map, Content("1")));
        using (var store = _scene.Repository.Open())
        {
            store.Tag(DashboardScene.Cluster, "before-upgrade", _first, CheckpointSummary.Subject("before-upgrade", DashboardScene.Cluster));
        }

        _scene.Commit((Map, Content("2")));
        _last = _scene.Commit((Map, Content(Hostile)), ("namespaces/other/configmaps/x.yaml", "data: {}\n"));
        _scene.Status = new ServiceStatus(true, null, [DashboardScene.InOrder(DashboardScene.Cluster, $"failed: {Hostile}")], null);
    }

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task The_first_page_says_what_is_not_in_order_and_what_changed()
    {
        var page = await PageAsync("/");

        Assert.Contains("Not ready", page, StringComparison.Ordinal);
        Assert.Contains($"""<a href="/restore-points/{_last.Sha}">""", page, StringComparison.Ordinal);
        Assert.Contains("""<a href="/restore-points/before-upgrade">before-upgrade</a>""", page, StringComparison.Ordinal);
        Assert.Contains($"""<a href="/resources/{Map}">{Map}</a>""", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData($"/resources/{Map}")]
    public async Task What_comes_from_a_cluster_is_text_and_never_markup(string path)
    {
        var page = await PageAsync(path);

        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{1b}[31m\\u{202e}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', page);
    }

    [Fact]
    public async Task The_history_is_filtered_by_project_and_told_page_by_page()
    {
        var all = await JsonAsync("/api/history");
        var other = await JsonAsync("/api/history?project=other");
        var older = await JsonAsync($"/api/history?from={_first.Sha}");

        Assert.Equal(3, all["entries"]!.AsArray().Count);
        Assert.Equal([_last.Sha], other["entries"]!.AsArray().Select(entry => (string)entry!["commit"]!));
        Assert.Equal([_first.Sha], older["entries"]!.AsArray().Select(entry => (string)entry!["commit"]!));
        Assert.Contains("""value="other" """.TrimEnd(), await PageAsync("/history?project=other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_has_its_namespace_and_its_own_resource()
    {
        const string Project = "cluster/projects.run.ai/team-a.yaml";
        var made = _scene.Commit((Map, Content(Hostile)), ("namespaces/other/configmaps/x.yaml", "data: {}\n"), (Project, "spec: {}\n"));

        var entries = (await JsonAsync("/api/history?project=team-a"))["entries"]!.AsArray();
        var ofNamespace = (await JsonAsync("/api/history?project=namespaces/runai-team-a"))["entries"]!.AsArray();

        Assert.Equal(made.Sha, (string?)entries[0]!["commit"]);
        Assert.Equal([Project], entries[0]!["changes"]!.AsArray().Select(change => (string?)change!["path"]));
        Assert.Equal((4, 3), (entries.Count, ofNamespace.Count));
    }

    [Fact]
    public async Task A_project_is_found_by_the_label_of_its_namespace()
    {
        var made = _scene.Commit((Map, Content(Hostile)), ("namespaces/lab/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    runai/queue: physics\n  name: lab\n"));

        var entry = Assert.Single((await JsonAsync("/api/history?project=physics"))["entries"]!.AsArray());

        Assert.Equal(made.Sha, (string?)entry!["commit"]);
    }

    [Fact]
    public async Task A_restore_point_is_told_with_what_it_holds_and_the_command()
    {
        var byTag = await JsonAsync("/api/restore-points/before-upgrade");
        var page = await PageAsync("/restore-points/before-upgrade");

        Assert.Equal(_first.Sha, (string)byTag["commit"]!);
        Assert.Equal(1, (int)byTag["content"]!["resources"]!);
        Assert.Equal("""runai-dr rehydrate before-upgrade --target-context "${new:?}" """.TrimEnd(), (string)byTag["command"]!);
        Assert.Contains("runai-dr plan before-upgrade", page, StringComparison.Ordinal);
        Assert.Contains("configmaps", page, StringComparison.Ordinal);
        Assert.Contains("can be restored", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checkpoints_are_listed_and_other_tags_are_not()
    {
        using (var store = _scene.Repository.Open())
        {
            store.Tag(DashboardScene.Cluster, "mine", _last, "Of an export");
        }

        var checkpoint = Assert.Single((JsonArray)await JsonAsync("/api/checkpoints"));
        Assert.Equal("before-upgrade", (string)checkpoint!["name"]!);
        Assert.Contains("1 checkpoint", await PageAsync("/checkpoints"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_is_told_of_a_new_commit()
    {
        await using var stream = await _scene.ListenAsync();
        using var events = new StreamReader(stream);
        var first = await NextAsync(events);

        _scene.Commit((Map, Content("4")));

        Assert.NotEqual(first, await NextAsync(events));
    }

    private static async Task<string> NextAsync(StreamReader events)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var (kind, line) = ("", await events.ReadLineAsync(limit.Token));
        while (line is not null && !(kind == "event: state" && line.StartsWith("data: ", StringComparison.Ordinal)))
        {
            (kind, line) = (line.StartsWith("event: ", StringComparison.Ordinal) ? line : kind, await events.ReadLineAsync(limit.Token));
        }

        return line ?? "";
    }

    private static string Content(string value) => $"""
        apiVersion: v1
        data:
          gpus: "{value}"
        kind: ConfigMap
        metadata:
          name: quota
          namespace: runai-team-a

        """;

    private Task<string> PageAsync(string path) => _scene.PageAsync(path);

    private Task<JsonNode> JsonAsync(string path) => _scene.JsonAsync(path);
}
