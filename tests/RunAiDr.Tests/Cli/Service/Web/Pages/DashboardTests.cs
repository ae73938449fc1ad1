using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Web;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.State;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>The pages over a repository with three commits, one of which is a checkpoint.</summary>
public sealed class DashboardTests : IAsyncLifetime, IDisposable
{
    private const string Map = "namespaces/runai-team-a/configmaps/quota.yaml";
    private const string Hostile = "<script>alert(1)</script>\u001b[31m\u202e";

    private readonly TestRepository _repository = new();
    private readonly HttpClient _http = new();
    private StateReader _state = null!;
    private WebApplication _web = null!;
    private CommitId _first;
    private CommitId _last;

    public async Task InitializeAsync()
    {
        var header = MemoryStateTree.Header.Replace("cluster: prod\n", $"cluster: {TestRepository.Cluster}\n", StringComparison.Ordinal);
        _first = Commit(("restore-point.yaml", header), (Map, Content("1")))!.Value;
        using (var store = _repository.Open())
        {
            store.Tag(TestRepository.Cluster, "before-upgrade", _first, CheckpointSummary.Subject("before-upgrade", TestRepository.Cluster));
        }

        Commit(("restore-point.yaml", header), (Map, Content("2")));
        _last = Commit(("restore-point.yaml", header), (Map, Content(Hostile)), ("namespaces/other/configmaps/x.yaml", "data: {}\n"))!.Value;
        _state = new StateReader(
            () => new DrConfig { Clusters = [new ClusterConfig(TestRepository.Cluster)], Repository = _repository.Options.Path }, TimeProvider.System);
        var status = new ServiceStatus(
            true, null, [new SyncStatus(TestRepository.Cluster, [$"failed: {Hostile}"], _last, TimeSpan.FromSeconds(3), new Dictionary<string, int>(), false)], null);
        _web = await new WebServer(new WebConfig(new IPEndPoint(IPAddress.Loopback, 0)), Processes.At(_repository.Beside("")).Context, new LogLines())
            .StartAsync(() => status, _state, (_, _, _) => ValueTask.FromResult(Verdict.Undecided), CancellationToken.None);
        _http.BaseAddress = new Uri(_web.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _web.StopAsync(atOnce.Token);
        await _web.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _state.Dispose();
        _repository.Dispose();
    }

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
        using (var store = _repository.Open())
        {
            store.Tag(TestRepository.Cluster, "mine", _last, "Of an export");
        }

        var checkpoint = Assert.Single((JsonArray)await JsonAsync("/api/checkpoints"));
        Assert.Equal("before-upgrade", (string)checkpoint!["name"]!);
        Assert.Contains("1 checkpoint", await PageAsync("/checkpoints"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/restore-points/nothing", 404)]
    [InlineData("/resources/nothing.yaml", 404)]
    [InlineData("/resources/", 404)]
    [InlineData("/clusters/nobody/history", 404)]
    [InlineData("/history?project=..%2F..", 400)]
    [InlineData("/history?from=HEAD", 400)]
    [InlineData("/history?from=0123456789012345678901234567890123456789", 404)]
    public async Task What_is_not_there_or_wrongly_asked_for_is_a_line_of_text(string path, int code)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(code, (int)answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith($"{code}: ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Look_and_script_are_kept_by_browsers_until_they_change()
    {
        using var first = await _http.GetAsync(new Uri("/assets/dashboard.css", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/assets/dashboard.css");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await _http.SendAsync(again);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task A_listener_is_told_of_a_new_commit()
    {
        await using var stream = await _http.GetStreamAsync(new Uri("/events", UriKind.Relative));
        using var events = new StreamReader(stream);
        var first = await NextAsync(events);

        Commit((Map, Content("4")));

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

    private CommitId? Commit(params (string Path, string Content)[] files) => _repository.Commit(files);

    private async Task<string> PageAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        EndToEndCanaries.AssertNoneIn(text, path);
        return text;
    }

    private async Task<JsonNode> JsonAsync(string path) => JsonNode.Parse(await PageAsync(path))!;
}
