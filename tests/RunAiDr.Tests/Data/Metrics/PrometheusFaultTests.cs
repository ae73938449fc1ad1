using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Metrics;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Metrics;

public sealed class PrometheusFaultTests : IDisposable
{
    private const string Token = "canary-token-metrics";
    private const string Empty = """{"status":"success","data":{"resultType":"vector","result":[]}}""";

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(401, "text/plain", "Unauthorized", "the server refuses (401)")]
    [InlineData(403, "text/plain", "no", "the server refuses (403)")]
    [InlineData(200, "text/html", "<html>Log in</html>", "the answer (200, text/html) is not that of a Prometheus")]
    [InlineData(302, "text/html", "", "the answer (302, text/html) is not that of a Prometheus")]
    [InlineData(404, "text/plain", "404 page not found", "the answer (404, text/plain) is not that of a Prometheus")]
    [InlineData(503, "text/plain", "Service Unavailable", "the answer (503, text/plain) is not that of a Prometheus")]
    [InlineData(200, "application/json", "{\"status\":\"succ", "the answer (200, application/json) is not that of a Prometheus")]
    [InlineData(200, "application/json", "{\"status\":\"success\",\"data\":{},\"data\":{}}", "the answer (200, application/json) is not that of a Prometheus")]
    [InlineData(200, "application/json", "{\"status\":\"\\ud800\",\"data\":{}}", "the answer (200, application/json) is not that of a Prometheus")]
    [InlineData(200, "text/canary-token-metrics", "x", "the answer (200, text/[secret]) is not that of a Prometheus")]
    [InlineData(200, "application/json", "[1]", "the answer (200, application/json) is not that of a Prometheus")]
    public async Task An_answer_of_somebody_else_is_a_fault_that_says_so(int status, string type, string body, string expected)
    {
        await using var server = await LoopbackServer.StartAsync(http => AnswerAsync(http, status, type, body));

        var failure = await FailureAsync(server.Url);

        Assert.Equal(Fault.Snapshot, failure.Fault);
        Assert.Equal($"The metrics at {server.Url}: {expected}", failure.Message);
        Assert.NotEmpty(failure.Remedy);
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task No_redirect_is_followed(int status)
    {
        var asked = 0;
        await using var elsewhere = await LoopbackServer.StartAsync(http =>
        {
            asked++;
            return AnswerAsync(http, 200, "application/json", Empty);
        });
        await using var server = await LoopbackServer.StartAsync(http =>
        {
            http.Response.Headers.Location = $"{elsewhere.Url}{Token}";
            return AnswerAsync(http, status, "text/html", "");
        });

        var failure = await FailureAsync(server.Url);

        Assert.Equal(0, asked);
        Assert.Contains($"the answer ({status}, text/html)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_not_sent_in_the_clear()
    {
        var failure = await FailureAsync(new Uri("http://metrics.invalid:9090"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Contains("metrics.invalid:9090/ is not encrypted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_an_unknown_character_set_is_read_all_the_same()
    {
        await using var server = await LoopbackServer.StartAsync(http => http.Request.Path.Value switch
        {
            "/api/v1/query" => AnswerAsync(http, 200, "application/json", Empty),
            "/metrics" => AnswerAsync(http, 200, "text/plain; charset=none-such", "prometheus_tsdb_lowest_timestamp_seconds 1700000000\n"),
            _ => AnswerAsync(http, 404, "text/plain", ""),
        });

        Assert.NotNull((await StoreFor(server.Url).FactsAsync(CancellationToken.None)).Oldest);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_fault()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndpoint).Port}");
        closed.Stop();

        Assert.EndsWith(": no connection", (await FailureAsync(url)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_a_fault()
    {
        await using var server = await LoopbackServer.StartAsync(http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted));

        var failure = await FailureAsync(server.Url, options => options with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.EndsWith(": no answer within 0.3 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_that_fail_hang_or_never_end_leave_their_facts_out()
    {
        await using var server = await LoopbackServer.StartAsync(http => http.Request.Path.Value switch
        {
            "/api/v1/query" when http.Request.Query["query"] != "1" => AnswerAsync(http, 422, "application/json", """{"status":"error","errorType":"execution","error":"too many samples"}"""),
            "/api/v1/query" => AnswerAsync(http, 200, "application/json", Empty),
            "/api/v1/status/config" => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted),
            "/metrics" => EndlessAsync(http),
            _ => AnswerAsync(http, 404, "text/plain", "404 page not found"),
        });

        var facts = await StoreFor(server.Url, options => options with { Timeout = TimeSpan.FromSeconds(3) }).FactsAsync(CancellationToken.None);

        Assert.Empty(facts.ExternalLabels);
        Assert.Equal((null, null, null, null), (facts.Oldest, facts.Newest, facts.Series, facts.Retention));
    }

    [Fact]
    public async Task The_token_is_read_again_at_each_request()
    {
        var (given, seen) = (0, new List<string>());
        await using var server = await LoopbackServer.StartAsync(http =>
        {
            lock (seen)
            {
                seen.Add(http.Request.Headers.Authorization.ToString());
            }

            return AnswerAsync(http, 200, "application/json", Empty);
        });

        await StoreFor(server.Url, options => options with { BearerToken = () => new SecretText($"t{++given}\n") }).FactsAsync(CancellationToken.None);

        Assert.Equal(Enumerable.Range(1, seen.Count).Select(number => $"Bearer t{number}"), seen);
        Assert.True(seen.Count > 2);
    }

    [Fact]
    public async Task A_token_that_cannot_be_one_is_not_quoted()
    {
        var failure = await FailureAsync(new Uri("http://127.0.0.1:9"), options => options with { BearerToken = () => new SecretText(Token + "\nmore") });

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_trusted_by_the_authority_file_alone()
    {
        var authority = new TestAuthority();
        await using var server = await LoopbackServer.StartAsync(http => AnswerAsync(http, 200, "application/json", Empty), authority.Issue("metrics"));
        await File.WriteAllTextAsync(_directory.File("ca.pem"), authority.Pem);
        await File.WriteAllTextAsync(_directory.File("other.pem"), new TestAuthority("other").Pem);

        await StoreFor(server.Url, options => options with { AuthorityFile = _directory.File("ca.pem") }).FactsAsync(CancellationToken.None);
        var others = await FailureAsync(server.Url, options => options with { AuthorityFile = _directory.File("other.pem") });
        var nobodys = await FailureAsync(server.Url);
        var missing = await FailureAsync(server.Url, options => options with { AuthorityFile = _directory.File("missing.pem") });

        Assert.Contains("the certificate of the server is not trusted", others.Message, StringComparison.Ordinal);
        Assert.Contains("the certificate of the server is not trusted", nobodys.Message, StringComparison.Ordinal);
        Assert.Equal(Fault.Configuration, missing.Fault);
    }

    [Fact]
    public async Task Through_a_tunnel_the_certificate_is_still_that_of_the_host()
    {
        var authority = new TestAuthority();
        await using var server = await LoopbackServer.StartAsync(
            http => AnswerAsync(http, http.Request.Host.Host == "metrics.svc" ? 200 : 404, "application/json", Empty),
            authority.Issue("metrics.svc", loopback: false));
        await File.WriteAllTextAsync(_directory.File("ca.pem"), authority.Pem);
        PrometheusOptions Tunnelled(PrometheusOptions options) =>
            options with { AuthorityFile = _directory.File("ca.pem"), Dial = new IPEndPoint(IPAddress.Loopback, server.Url.Port) };

        await StoreFor(new Uri("https://metrics.svc:9090"), Tunnelled).FactsAsync(CancellationToken.None);
        var other = await FailureAsync(new Uri("https://other.svc:9090"), Tunnelled);

        Assert.Contains("the certificate of the server is not trusted", other.Message, StringComparison.Ordinal);
    }

    private static PrometheusStore StoreFor(Uri url, Func<PrometheusOptions, PrometheusOptions>? change = null)
    {
        var options = new PrometheusOptions { Url = url, BearerToken = () => new SecretText(Token) };
        return new PrometheusStore(change is null ? options : change(options), TimeProvider.System);
    }

    private static Task<RunAiDrException> FailureAsync(Uri url, Func<PrometheusOptions, PrometheusOptions>? change = null) =>
        Assert.ThrowsAsync<RunAiDrException>(() => StoreFor(url, change).FactsAsync(CancellationToken.None));

    private static async Task AnswerAsync(HttpContext http, int status, string type, string body)
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(body);
    }

    private static async Task EndlessAsync(HttpContext http)
    {
        while (!http.RequestAborted.IsCancellationRequested)
        {
            await http.Response.WriteAsync(new string('#', 100_000));
        }
    }
}
