using System.Net;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>What every request meets, on loopback and elsewhere.</summary>
public sealed class GateTests
{
    public static TheoryData<string, string> Changes
    {
        get
        {
            var changes = new TheoryData<string, string>();
            foreach (var method in (string[])["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
            {
                changes.Add(method, "/metrics");
                changes.Add(method, "/nothing");
            }

            return changes;
        }
    }

    [Fact]
    public async Task On_loopback_everything_is_told_in_plain_and_without_a_token()
    {
        await using var web = await WebScene.StartAsync();

        var live = await web.GetAsync("/livez");
        var ready = await web.GetAsync("/readyz");
        var metrics = await web.GetAsync("/metrics");

        Assert.Equal("http", web.Url.Scheme);
        Assert.Equal((200, "ok\n"), (live.Code, live.Text));
        Assert.Equal((503, "[-]starting: the repository is being prepared\n[-]remote behind by 3 commits for 60 s, retried: canary-reason\n"), (ready.Code, ready.Text));
        Assert.Equal(200, metrics.Code);
        Assert.Contains("target_info", metrics.Text, StringComparison.Ordinal);
        Assert.Contains("Dashboard at http://127.0.0.1", web.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Nothing_can_be_changed(string method, string path)
    {
        await using var web = await WebScene.StartAsync();

        var answer = await web.SendAsync(method, path);

        Assert.Equal((405, "GET, HEAD"), (answer.Code, answer.Headers["Allow"]));
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/pages")]
    [InlineData("/metrics/..%2f..%2fetc%2fpasswd")]
    [InlineData("/livez/x")]
    public async Task Of_what_is_not_there_nothing_is_told(string path)
    {
        await using var web = await WebScene.StartAsync();

        var answer = await web.GetAsync(path);

        Assert.Equal((404, "404: there is nothing here\n"), (answer.Code, answer.Text));
    }

    [Theory]
    [InlineData("/livez", 200)]
    [InlineData("/readyz", 503)]
    [InlineData("/metrics", 200)]
    public async Task HEAD_has_the_headers_only(string path, int code)
    {
        await using var web = await WebScene.StartAsync();

        var answer = await web.SendAsync("HEAD", path);

        Assert.Equal((code, ""), (answer.Code, answer.Text));
    }

    [Theory]
    [InlineData("GET", "/livez", null)]
    [InlineData("GET", "/readyz", WebScene.Token)]
    [InlineData("GET", "/metrics", WebScene.Token)]
    [InlineData("GET", "/metrics", null)]
    [InlineData("GET", "/nothing", WebScene.Token)]
    [InlineData("POST", "/metrics", WebScene.Token)]
    public async Task Every_answer_tells_browsers_to_trust_nobody_else(string method, string path, string? token)
    {
        await using var web = await WebScene.ExposedAsync();

        var headers = (await web.SendAsync(method, path, token)).Headers;

        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            headers["Content-Security-Policy"]);
        Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", headers["X-Frame-Options"]);
        Assert.Equal("no-referrer", headers["Referrer-Policy"]);
        Assert.Equal("same-origin", headers["Cross-Origin-Opener-Policy"]);
        Assert.Equal("same-origin", headers["Cross-Origin-Resource-Policy"]);
        Assert.Equal("no-store", headers["Cache-Control"]);
        Assert.DoesNotContain("Server", headers.Keys);
    }

    [Theory]
    [InlineData("localhost:{0}", 200)]
    [InlineData("LOCALHOST:{0}", 200)]
    [InlineData("127.0.0.1:{0}", 200)]
    [InlineData("[::1]:{0}", 200)]
    [InlineData("rebound.example.org:{0}", 421)]
    [InlineData("localhost.example.org:{0}", 421)]
    [InlineData("127.0.0.1.example.org:{0}", 421)]
    [InlineData("10.0.0.1:{0}", 421)]
    [InlineData("localhost", 421)]
    [InlineData("localhost:1", 421)]
    public async Task On_loopback_only_its_own_names_are_answered(string host, int code)
    {
        await using var web = await WebScene.StartAsync();

        var answer = await web.SendAsync("GET", "/livez", null, ("Host", string.Format(System.Globalization.CultureInfo.InvariantCulture, host, web.Url.Port)));

        Assert.Equal(code, answer.Code);
    }

    [Fact]
    public async Task A_request_with_a_body_is_refused_unread()
    {
        await using var web = await WebScene.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/livez") { Content = new ByteArrayContent(new byte[100_000]) };

        using var answer = await web.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Long_requests_are_refused()
    {
        await using var web = await WebScene.StartAsync();

        Assert.Equal(414, (await web.GetAsync($"/livez?{new string('a', 5_000)}")).Code);
        Assert.Equal(431, (await web.SendAsync("GET", "/livez", null, ("X-Long", new string('a', 20_000)))).Code);
        Assert.Equal(431, (await web.SendAsync("GET", "/livez", null, [.. Enumerable.Range(0, 80).Select(i => ($"X-{i}", "a"))])).Code);
        Assert.Equal(200, (await web.GetAsync("/livez")).Code);
    }
}
