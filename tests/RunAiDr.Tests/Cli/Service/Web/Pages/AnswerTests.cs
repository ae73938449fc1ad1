namespace RunAiDr.Tests.Cli.Service.Web.Pages;

/// <summary>What stands around the pages: headers, methods, and what is not there.</summary>
public sealed class AnswerTests
{
    private const string Browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    private const string Map = "namespaces/runai-team-a/configmaps/quota.yaml";

    public static TheoryData<string, int> Wrong => new()
    {
        { "/nothing", 404 },
        { "/restore-points/nothing", 404 },
        { "/restore-points/", 404 },
        { "/restore-points/main:clusters", 404 },
        { "/restore-points/-x", 404 },
        { "/restore-points/%2e%2e%2f%2e%2e%2fHEAD", 404 },
        { "/restore-points/@%7b1%7d", 404 },
        { "/restore-points/a%20b%0a", 404 },
        { "/resources/nothing.yaml", 404 },
        { "/resources/", 404 },
        { "/resources/../../etc/passwd", 404 },
        { "/resources/..%2f..%2fetc%2fpasswd", 404 },
        { "/resources/%2e%2e/restore-point.yaml", 404 },
        { "/resources//restore-point.yaml", 404 },
        { "/resources/namespaces/runai-team-a/", 404 },
        { "/resources/namespaces%5crunai-team-a", 404 },
        { "/clusters/nobody/", 404 },
        { "/clusters/nobody/history", 404 },
        { "/clusters/..%2fprod-a/history", 404 },
        { "/history?project=..%2F..", 400 },
        { "/history?project=nobody", 404 },
        { "/history?from=HEAD", 400 },
        { "/history?from=0123456789012345678901234567890123456789", 404 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_not_there_or_wrongly_asked_for_is_a_page_with_a_way_back_and_else_a_line_of_text(string path, int code)
    {
        await using var scene = await StartAsync();

        var (page, text) = (await scene.SendAsync("GET", path, Browser), await scene.SendAsync("GET", path));

        Assert.Equal((code, code), (page.Code, text.Code));
        Assert.Equal(("text/html; charset=utf-8", "text/plain; charset=utf-8"), (page.Headers["Content-Type"], text.Headers["Content-Type"]));
        Assert.Contains("""<a href="/">Back to the status</a>""", page.Text, StringComparison.Ordinal);
        Assert.StartsWith($"{code}: ", text.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", page.Text + text.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/restore-points/%00")]
    [InlineData("/resources/a%00b")]
    [InlineData("/resources/%ff%fe")]
    [InlineData("/history?project=%00")]
    public async Task What_is_no_text_is_refused(string path)
    {
        await using var scene = await StartAsync();

        Assert.InRange((await scene.SendAsync("GET", path)).Code, 400, 404);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/history")]
    [InlineData("/checkpoints")]
    [InlineData("/coverage")]
    [InlineData("/restore-points/main")]
    [InlineData($"/resources/{Map}")]
    [InlineData("/api/status")]
    [InlineData("/events")]
    [InlineData("/nothing")]
    public async Task HEAD_has_the_headers_of_GET_and_no_content(string path)
    {
        await using var scene = await StartAsync();
        var head = await scene.SendAsync("HEAD", path);

        Assert.Equal("", head.Text);
        Assert.Equal(path == "/nothing" ? 404 : 200, head.Code);
        if (path != "/events")
        {
            Assert.Equal((await scene.SendAsync("GET", path)).Headers["Content-Type"], head.Headers["Content-Type"]);
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/history")]
    [InlineData("/restore-points/main")]
    [InlineData("/api/history")]
    [InlineData("/nothing")]
    public async Task What_may_need_a_token_is_kept_by_no_browser(string path)
    {
        await using var scene = await StartAsync();

        var answer = await scene.SendAsync("GET", path, Browser);

        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.DoesNotContain("ETag", answer.Headers.Keys);
        Assert.DoesNotContain(" style=", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/assets/dashboard.css")]
    [InlineData("/assets/dashboard.js")]
    public async Task Look_and_script_are_kept_by_browsers_until_they_change(string path)
    {
        await using var scene = await StartAsync();
        var first = await scene.SendAsync("GET", path);

        var again = await scene.SendAsync("GET", path, known: first.Headers["ETag"]);

        Assert.Equal((200, 304, ""), (first.Code, again.Code, again.Text));
    }

    [Fact]
    public async Task Before_there_is_a_repository_it_says_so_and_why()
    {
        await using var scene = await DashboardScene.StartAsync(config => config with { Repository = config.Repository + "-later" });

        var (page, text) = (await scene.SendAsync("GET", "/", Browser), await scene.SendAsync("GET", "/api/status"));

        Assert.Equal((503, 503), (page.Code, text.Code));
        Assert.Contains("<h1>503", page.Text, StringComparison.Ordinal);
        Assert.Contains("[+]prod-a ok", text.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_without_a_token_is_told_what_it_lacks_and_nothing_else()
    {
        await using var web = await WebScene.ExposedAsync();

        var answer = await web.SendAsync("GET", "/history", null, ("Accept", Browser));

        Assert.Equal(401, answer.Code);
        Assert.Contains("<p>a valid bearer token is needed</p>", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("prod", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<DashboardScene> StartAsync()
    {
        var scene = await DashboardScene.StartAsync();
        scene.Commit((Map, "data: {}\n"));
        return scene;
    }
}
