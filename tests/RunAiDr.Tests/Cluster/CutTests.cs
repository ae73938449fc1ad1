using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

public class CutTests
{
    private static readonly ListSelection Paging = new(Kinds.ConfigMap, "paging");

    [Fact]
    public async Task Pages_follow_the_continue_token_without_naming_the_revision()
    {
        var recorded = RecordedExchanges.Of("11-list-paging");
        await using var server = await ReplayServer.StartAsync(recorded[0], recorded[4], recorded[5]);
        using var client = server.Client(pageSize: 2);

        var pages = await ReadAsync(client, Paging);

        Assert.Equal("a1 a2, a3 a4, a5 kube-root-ca.crt", string.Join(", ", pages.Select(p => p.Names)));
        Assert.All(pages, p => Assert.Equal((1, "252"), (p.Attempt, p.Revision)));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task Every_selection_is_read_at_the_revision_of_the_first()
    {
        var recorded = RecordedExchanges.Of("12-list-consistent-cut");
        await using var server = await ReplayServer.StartAsync([recorded[0], .. recorded.Where(PageOfTwo)]);
        using var client = server.Client(pageSize: 2);

        var pages = await ReadAsync(
            client, new ListSelection(Kinds.ConfigMap, "cut", "cut=y"), new ListSelection(Kinds.RoleBinding, "cut"));

        Assert.Equal("267", Assert.Single(pages.Select(p => p.Revision).Distinct(StringComparer.Ordinal)));
        Assert.Contains("b1", pages[1].Names, StringComparison.Ordinal);
        Assert.DoesNotContain(pages, p => p.Names.Contains("b9", StringComparison.Ordinal));
        server.AssertEverythingWasAskedAndNothingElse();

        static bool PageOfTwo(RecordedExchange e) =>
            e.Path.Contains("rolebindings?limit=2", StringComparison.Ordinal) && e.Status == 200;
    }

    [Fact]
    public async Task An_expired_continue_token_starts_the_cut_again_and_its_fresh_token_is_not_used()
    {
        var recorded = RecordedExchanges.Of("15-list-410-continue");
        var expired = recorded.First(e => e.Status == 410);
        var again = recorded[0] with { Body = recorded[^1].Body };
        await using var server = await ReplayServer.StartAsync(recorded[0], expired, again);
        using var client = server.Client(pageSize: 2);

        var pages = await ReadAsync(client, new ListSelection(Kinds.ConfigMap, "old2"));

        Assert.Equal([(1, "257"), (2, "296")], pages.Select(p => (p.Attempt, p.Revision)));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Fact]
    public async Task A_revision_that_is_compacted_each_time_fails_after_five_attempts()
    {
        var expired = RecordedExchanges.Of("14-list-410-exact")[2];
        var first = new RecordedExchange(
            "GET", "/api/v1/namespaces?limit=2", null, null, 200, "application/json", List("NamespaceList", "213"));
        await using var server = await ReplayServer.StartAsync(
            Enumerable.Repeat<IEnumerable<RecordedExchange>>([first, expired], 5).SelectMany(e => e));
        using var client = server.Client(pageSize: 2);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() =>
            ReadAsync(client, new ListSelection(Kinds.Namespace), new ListSelection(Kinds.ConfigMap, "old")));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("410", failure.Message, StringComparison.Ordinal);
        server.AssertEverythingWasAskedAndNothingElse();
    }

    [Theory]
    [InlineData("""{"kind":"ConfigMapList","metadata":{"resourceVersion":"7","continue":""},"items":null}""")]
    [InlineData("""{"items":[],"metadata":{"continue":"","resourceVersion":"7"},"kind":"ConfigMapList"}""")]
    public async Task An_empty_list_is_one_empty_page_in_any_form(string body)
    {
        await using var server = await ReplayServer.StartAsync(PageWith(body));
        using var client = server.Client();

        var page = Assert.Single(await ReadAsync(client, Paging));

        Assert.Equal(("7", ""), (page.Revision, page.Names));
    }

    [Theory]
    [InlineData("""{"kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"}},{"met""", "cut off")]
    [InlineData("""{"kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":[]""", "cut off")]
    [InlineData("""{"kind":"ConfigMap","metadata":{"resourceVersion":"7"}}""", "not that of an API server")]
    [InlineData("""{"kind":"ConfigMapList","metadata":{},"items":[]}""", "no consistent cut")]
    public async Task A_damaged_page_fails_by_name(string body, string why)
    {
        await using var server = await ReplayServer.StartAsync(PageWith(body));
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => ReadAsync(client, Paging));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("configmaps in namespace paging", failure.Message, StringComparison.Ordinal);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ignores_the_exact_revision_fails()
    {
        await using var server = await ReplayServer.StartAsync(
            PageWith(List("ConfigMapList", "7")),
            new RecordedExchange(
                "GET",
                "/api/v1/namespaces?resourceVersion=7&resourceVersionMatch=Exact",
                null,
                null,
                200,
                "application/json",
                List("NamespaceList", "9")));
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() =>
            ReadAsync(client, Paging, new ListSelection(Kinds.Namespace)));

        Assert.Contains("no consistent cut", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_never_ends_fails()
    {
        var page = PageWith("""{"kind":"ConfigMapList","metadata":{"resourceVersion":"7","continue":"x"},"items":[]}""");
        await using var server = await ReplayServer.StartAsync(page, page with { Path = page.Path + "?continue=x" });
        using var client = server.Client();

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => ReadAsync(client, Paging));

        Assert.Contains("never ends", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaving_early_leaves_no_request_behind()
    {
        var recorded = RecordedExchanges.Of("11-list-paging");
        await using var server = await ReplayServer.StartAsync(recorded[0], recorded[4], recorded[5]);
        using var client = server.Client(pageSize: 2);

        await foreach (var page in client.ReadCutAsync([Paging], default))
        {
            Assert.Equal(2, page.Items.Count);
            break;
        }
    }

    [Fact]
    public async Task Overload_is_waited_out_as_long_as_the_server_asks()
    {
        var busy = RecordedExchanges.Of("90-overload-429")[0];
        await using var server = await ReplayServer.StartAsync(busy, busy, busy with { Status = 200, ContentType = "application/json", Body = List("ConfigMapList", "3") });
        using var client = server.Client();

        Assert.Single(await ReadAsync(client, new ListSelection(Kinds.ConfigMap, "over")));

        Assert.Equal(2, server.Clock.Asked.Count(t => t == TimeSpan.FromSeconds(1)));
        server.AssertEverythingWasAskedAndNothingElse();
    }

    private static async Task<List<(int Attempt, string Revision, string Names)>> ReadAsync(
        ClusterClient client, params ListSelection[] selections)
    {
        var pages = new List<(int, string, string)>();
        await foreach (var page in client.ReadCutAsync(selections, default))
        {
            var names = page.Items.Select(i => (string?)JsonNode.Parse(Encoding.UTF8.GetString(i.Span))!["metadata"]!["name"]);
            pages.Add((page.Attempt, page.Revision, string.Join(' ', names)));
        }

        return pages;
    }

    private static RecordedExchange PageWith(string body) =>
        new("GET", "/api/v1/namespaces/paging/configmaps", null, null, 200, "application/json", body);

    private static string List(string kind, string revision) =>
        $$"""{"kind":"{{kind}}","metadata":{"resourceVersion":"{{revision}}"},"items":[]}""";
}
