using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Cluster.Forwarding;

namespace RunAiDr.Tests.Cluster;

/// <summary>An API server, or somebody in its place, that wants credentials, memory or time.</summary>
public class HostileServerTests
{
    private const string Token = "canary-token-0007";
    private const string EmptyList = """{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[]}""";

    public static TheoryData<int, string> Redirects()
    {
        var all = new TheoryData<int, string>();
        foreach (var status in (int[])[301, 302, 303, 307, 308])
        {
            foreach (var what in (string[])["list", "watch", "forward"])
            {
                all.Add(status, what);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Redirects))]
    public async Task No_redirect_is_followed(int status, string what)
    {
        var asked = 0;
        await using var elsewhere = await LoopbackServer.StartAsync(_ =>
        {
            Interlocked.Increment(ref asked);
            return Task.CompletedTask;
        });

        var told = await ToldAsync(what, http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = $"http://{Token}:x@127.0.0.1:{elsewhere.Url.Port}/{Token}?t={Token}";
            return Task.CompletedTask;
        });

        Assert.Equal(0, asked);
        Assert.Contains($"redirect ({status}) to http://127.0.0.1:{elsewhere.Url.Port}", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "application/json", """{"kind":"Status","code":403,"reason":"Forbidden","message":"not with canary-token-0007\u001b[31m"}""")]
    [InlineData(422, "application/json", """{"kind":"Status","code":422,"reason":"canary-token-0007","message":"x"}""")]
    [InlineData(401, "application/json", """{"kind":"Status","code":401,"reason":"\u0063anary-token-0007","message":"x"}""")]
    [InlineData(403, "text/html", "<p>canary-token-0007\u001b[31m")]
    [InlineData(502, "text/canary-token-0007", "x")]
    [InlineData(400, "text/plain", "                                                                                                                                                                                              canary-token-0007")]
    public async Task A_token_that_comes_back_is_not_told_and_nothing_moves_the_cursor(int status, string type, string body)
    {
        foreach (var what in (string[])["list", "watch", "forward"])
        {
            var told = await ToldAsync(what, http => AnswerAsync(http, status, type, body));

            Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', told);
        }
    }

    [Fact]
    public async Task A_token_that_comes_back_in_an_event_is_not_told()
    {
        var told = await ToldAsync("watch", http => AnswerAsync(
            http, 200, "application/json", $$$"""{"type":"ERROR","object":{"kind":"Status","code":500,"message":"{{{Token}}}"}}""" + "\n"));

        Assert.Contains("the server ended the watch: 500", told, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_no_HTTP_is_not_quoted()
    {
        await using var server = new PodListener(async stream =>
        {
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{Token} is yours\r\n\r\n"));
        });
        using var client = Client(new ClusterConnection(new Uri($"http://{server.Address}")));

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.GetRawAsync("/version", default));

        Assert.Contains("the answer is not HTTP", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_without_end_are_refused_by_size()
    {
        var told = await ToldAsync("list", http =>
        {
            http.Response.Headers["X-Long"] = new string('x', 70 * 1024);
            return AnswerAsync(http, 200, "application/json", EmptyList);
        });

        Assert.Contains("the headers of the answer are larger than 64 KiB", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_answer_that_unpacks_to_a_large_one_is_refused_by_size()
    {
        var bomb = Packed(80);
        await using var server = await LoopbackServer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.Headers.ContentEncoding = "gzip";
            await http.Response.Body.WriteAsync(bomb);
        });
        using var client = Client(server.Connection);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.GetRawAsync("/version", default));

        Assert.True(bomb.Length < 1024 * 1024);
        Assert.Contains("the answer is larger than 64 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_unpacked_is_a_failure_by_name()
    {
        var told = await ToldAsync("list", http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            return AnswerAsync(http, 200, "application/json", "this is no gzip");
        });

        Assert.Contains("the answer cannot be unpacked", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_announced_length_takes_no_memory()
    {
        var before = GC.GetTotalAllocatedBytes();
        var told = await ToldAsync("list", async http =>
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = 1L << 40;
            await http.Response.WriteAsync("{");
            http.Abort();
        });

        Assert.Contains("ended in the middle", told, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1024L * 1024 * 1024);
    }

    [Fact]
    public async Task A_refusal_without_end_is_cut()
    {
        foreach (var what in (string[])["list", "watch", "forward"])
        {
            var told = await ToldAsync(what, async http =>
            {
                (http.Response.StatusCode, http.Response.ContentType) = (403, "text/html");
                while (!http.RequestAborted.IsCancellationRequested)
                {
                    await http.Response.WriteAsync(new string('x', 100_000));
                }
            });

            Assert.Contains("403", told, StringComparison.Ordinal);
            Assert.InRange(told.Length, 1, 2000);
        }
    }

    [Fact]
    public async Task A_list_without_end_is_given_up()
    {
        var pages = 0;
        var told = await ToldAsync("list", http => AnswerAsync(
            http, 200, "application/json", EmptyList.Replace("\"7\"", $"\"7\",\"continue\":\"{pages++}\"", StringComparison.Ordinal)));

        Assert.Contains("the list never ends: it has more than 10000 pages", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"NamespaceList","metadata":{"resourceVersion":"\ud800"},"items":[]}""")]
    [InlineData("""{"kind":"NamespaceList\udc00","metadata":{"resourceVersion":"7"},"items":[]}""")]
    [InlineData("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[{"a":"\ud83d"}]}""")]
    [InlineData("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7\nX: y"},"items":[]}""")]
    [InlineData("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7&watch=1"},"items":[]}""")]
    [InlineData("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[{"a":1,"a":2}]}""")]
    public async Task A_page_that_holds_what_no_server_sends_is_a_failure_by_name(string page)
    {
        await using var server = await LoopbackServer.StartAsync(http => AnswerAsync(http, 200, "application/json", page));
        using var client = Client(server.Connection);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.ListAsync(new ListSelection(Kinds.Namespace), default));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
    }

    [Fact]
    public async Task More_API_versions_than_any_server_has_are_not_asked_for()
    {
        var versions = string.Join(',', Enumerable.Range(1, 3000).Select(number => $"\"v{number}\""));
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(http =>
        {
            asked++;
            return AnswerAsync(http, 200, "application/json", $$"""{"kind":"APIVersions","versions":[{{versions}}]}""");
        });
        using var client = Client(server.Connection);

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.DiscoverAsync(default));

        Assert.Contains("3000 versions", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, asked);
    }

    private static byte[] Packed(int mebibytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            for (var i = 0; i < mebibytes; i++)
            {
                gzip.Write(new byte[1024 * 1024]);
            }
        }

        return packed.ToArray();
    }

    /// <summary>The whole text of the failure that such an answer leads to.</summary>
    private static async Task<string> ToldAsync(string what, RequestDelegate answer)
    {
        await using var server = await LoopbackServer.StartAsync(answer);
        using var client = Client(server.Connection);
        try
        {
            return what switch
            {
                "list" => $"a page came: {await client.ReadCutAsync([new ListSelection(Kinds.Namespace)], default).AllAsync(page => page.Items.Count == 0)}",
                "watch" => await WatchedAsync(client),
                _ => $"a socket opened: {await new ForwardTarget("ns", "pod", 1).ConnectAsync(client, default)}",
            };
        }
        catch (RunAiDrException failure)
        {
            return failure + failure.Remedy;
        }
    }

    private static async Task<string> WatchedAsync(ClusterClient client)
    {
        await foreach (var happened in client.WatchAsync(new ListSelection(Kinds.Namespace), "7", default))
        {
            if (happened.Kind is WatchEventKind.Interrupted or WatchEventKind.Expired)
            {
                return happened.Reason ?? "";
            }
        }

        return "";
    }

    private static async Task AnswerAsync(HttpContext http, int status, string type, string body)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(body);
    }

    private static ClusterClient Client(ClusterConnection connection) => new(
        connection with { Credentials = new FixedCredentials(Credential.Bearer(Token, "test")), Timeouts = HastyClock.Patient },
        new HastyClock(),
        () => 0.5);
}
