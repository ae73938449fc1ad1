using System.Net;
using System.Net.Sockets;
using RunAiDr.Core;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>Beyond loopback, with the tokens of a file.</summary>
public sealed class AccessTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Who_has_a_token_is_told_everything_over_TLS(string version)
    {
        await using var web = await WebScene.ExposedAsync();
        (web.Http.DefaultRequestVersion, web.Http.DefaultVersionPolicy) = (new Version(version), HttpVersionPolicy.RequestVersionExact);
        web.Http.DefaultRequestHeaders.Authorization = new("Bearer", WebScene.Token);

        Assert.Equal("https", web.Url.Scheme);
        Assert.Contains("target_info", await web.Http.GetStringAsync("/metrics"), StringComparison.Ordinal);
        using var ready = await web.Http.GetAsync("/readyz");
        Assert.Equal(new Version(version), ready.Version);
        Assert.Contains("canary-reason", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_none_learns_from_the_probes_their_code_and_one_word()
    {
        await using var web = await WebScene.ExposedAsync();

        var live = await web.GetAsync("/livez");
        Assert.Equal((200, "ok\n"), (live.Code, live.Text));
        foreach (var token in (string?[])[null, "wrong"])
        {
            var ready = await web.GetAsync("/readyz", token);
            Assert.Equal((503, "unready\n"), (ready.Code, ready.Text));
        }
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/METRICS")]
    [InlineData("/metrics/")]
    [InlineData("/")]
    [InlineData("/history")]
    [InlineData("/resources/values/runai-cluster.yaml")]
    [InlineData("/api/status")]
    [InlineData("/clusters/prod/")]
    [InlineData("/events")]
    [InlineData("/livez/../metrics")]
    [InlineData("/livez/%2e%2e/metrics")]
    [InlineData($"/metrics?token={WebScene.Token}&access_token={WebScene.Token}&authorization=Bearer+{WebScene.Token}")]
    public async Task Nothing_else_is_told_without_one(string path)
    {
        await using var web = await WebScene.ExposedAsync();

        var answer = await web.GetAsync(path);

        Assert.Equal((401, "Bearer"), (answer.Code, answer.Headers["WWW-Authenticate"]));
        Assert.Equal("401: a valid bearer token is needed\n", answer.Text);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/assets/nothing")]
    public async Task For_what_is_not_there_no_token_is_judged(string path)
    {
        await using var web = await WebScene.ExposedAsync();

        Assert.Equal(404, (await web.GetAsync(path)).Code);
        Assert.Equal(404, (await web.GetAsync(path, "wrong")).Code);
    }

    [Theory]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData($"Basic {WebScene.Token}")]
    [InlineData(WebScene.Token)]
    [InlineData($"Bearer {WebScene.Token}x")]
    [InlineData($"Bearer {WebScene.Token}, Bearer {WebScene.Token}")]
    [InlineData($"Token {WebScene.Token}")]
    public async Task A_wrong_header_is_as_good_as_none(string header)
    {
        await using var web = await WebScene.ExposedAsync();

        Assert.Equal(401, (await web.SendAsync("GET", "/metrics", null, ("Authorization", header))).Code);
        Assert.Equal(401, (await web.SendAsync("GET", "/metrics", null, ("Cookie", $"token={WebScene.Token}"), ("X-Auth-Token", WebScene.Token))).Code);
        Assert.Equal(200, (await web.SendAsync("GET", "/metrics", null, ("Authorization", $"bearer {WebScene.Token}"))).Code);
        Assert.DoesNotContain(WebScene.Token, web.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_TLS_there_is_no_answer()
    {
        await using var web = await WebScene.ExposedAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, web.Url.Port);
        var stream = client.GetStream();

        await stream.WriteAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // Closed before all of it was read.
        }

        Assert.DoesNotContain("HTTP/1", System.Text.Encoding.ASCII.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_tokens_file_counts_soon_and_a_wrong_one_lets_nobody_in()
    {
        await using var web = await WebScene.ExposedAsync(new FastClock(1_000));

        await File.WriteAllTextAsync(web.FileOf("tokens"), $"a: {WebScene.DigestOf("a")}\nb: {WebScene.DigestOf("b").ToUpperInvariant()}\n");
        await UntilAsync(web, WebScene.Token, 401);
        Assert.Equal(200, (await web.GetAsync("/metrics", "a")).Code);
        Assert.Equal(200, (await web.GetAsync("/metrics", "b")).Code);

        await File.AppendAllTextAsync(web.FileOf("tokens"), "c: canary-plain-token\n");
        await UntilAsync(web, "a", 401);
        Assert.Contains($"Nobody is let in until the tokens file is right: {web.FileOf("tokens")}:3 is not a name and a SHA-256", web.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-plain-token", web.Log.Text, StringComparison.Ordinal);

        File.Delete(web.FileOf("tokens"));
        await File.WriteAllTextAsync(web.FileOf("tokens"), $"d: {WebScene.DigestOf("d")}\n");
        await UntilAsync(web, "d", 200);
    }

    [Theory]
    [InlineData("prometheus")]
    [InlineData("prometheus: ")]
    [InlineData("prometheus: canary-plain-token")]
    [InlineData(": 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("prometheus: zz86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    public async Task A_wrong_tokens_file_is_told_at_start_without_its_text(string line)
    {
        var fault = await RefusedAsync(file => File.WriteAllText(file, $"# first\n{line}\n"));

        Assert.EndsWith("tokens:2 is not a name and a SHA-256", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokens_file_that_is_missing_or_that_others_can_write_is_told_at_start()
    {
        var missing = await RefusedAsync(_ => { });
        var open = await RefusedAsync(file =>
        {
            File.WriteAllText(file, "");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        });

        Assert.Contains("cannot be read", missing.Message, StringComparison.Ordinal);
        Assert.EndsWith("tokens can be written by others than its owner", open.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokens_file_may_be_a_link_as_Kubernetes_mounts_it()
    {
        await using var web = await WebScene.StartAsync((config, folder) =>
        {
            Directory.CreateDirectory(folder.File("..2026"));
            File.WriteAllText(folder.File("..2026/tokens"), $"a: {WebScene.DigestOf("a")}\n");
            Directory.CreateSymbolicLink(folder.File("..data"), "..2026");
            File.CreateSymbolicLink(folder.File("tokens"), "..data/tokens");
            return config with { TokensFile = folder.File("tokens") };
        });

        Assert.Equal(200, (await web.GetAsync("/metrics", "a")).Code);
    }

    private static async Task<RunAiDrException> RefusedAsync(Action<string> prepare)
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => WebScene.StartAsync((config, folder) =>
        {
            prepare(folder.File("tokens"));
            return config with { TokensFile = folder.File("tokens") };
        }));
        Assert.Equal(Fault.Configuration, fault.Fault);
        return fault;
    }

    private static async Task UntilAsync(WebScene web, string token, int code)
    {
        for (var i = 0; i < 500 && (await web.GetAsync("/metrics", token)).Code != code; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        Assert.Equal(code, (await web.GetAsync("/metrics", token)).Code);
    }
}
