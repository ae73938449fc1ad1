using Microsoft.AspNetCore.Http;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

/// <summary>An API server that is away, slow, cut off or somebody else.</summary>
public class BadServerTests
{
    private static readonly ClusterTimeouts Short = HastyClock.Patient with
    {
        Answer = TimeSpan.FromSeconds(100),
        Idle = TimeSpan.FromSeconds(90),
        Whole = TimeSpan.FromSeconds(300),
    };

    [Fact]
    public async Task A_closed_port_is_unreachable()
    {
        var failure = await FailureAsync(new ClusterConnection(new Uri($"https://127.0.0.1:{FreePort.Next()}")) { Timeouts = HastyClock.Patient });

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("no connection (ConnectionRefused)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_host_is_unreachable()
    {
        var failure = await FailureAsync(new ClusterConnection(new Uri("https://no-such-host.invalid:6443")) { BypassProxy = true, Timeouts = HastyClock.Patient });

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("no-such-host.invalid:6443", failure.Message, StringComparison.Ordinal);
        Assert.Contains("host name is not known", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_by_name()
    {
        var failure = await FailureAsync(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted), Short);

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("no answer within 100 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_stalls_is_given_up_by_name()
    {
        var failure = await FailureAsync(async context =>
        {
            await BeginListAsync(context);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }, Short);

        Assert.Contains("stopped in the middle for 90 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_drips_is_given_up_by_name()
    {
        var failure = await FailureAsync(async context =>
        {
            await BeginListAsync(context);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted);
            }
        }, Short);

        Assert.Contains("not complete after 300 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_closed_in_the_middle_fails_after_retries()
    {
        var requests = 0;
        var failure = await FailureAsync(async context =>
        {
            requests++;
            await BeginListAsync(context);
            context.Abort();
        });

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("ended in the middle", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, requests);
    }

    [Fact]
    public async Task A_discovery_document_of_another_shape_is_a_failure_by_name()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"kind":7}""");
        });
        using var client = Client(server.Connection with { Timeouts = HastyClock.Patient });

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => client.DiscoverAsync(default));

        Assert.Contains("no discovery document", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_closed_once_is_no_failure()
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (requests++ == 0)
            {
                await BeginListAsync(context);
                context.Abort();
                return;
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[{}]}""");
        });
        using var client = Client(server.Connection with { Timeouts = HastyClock.Patient });

        var pages = 0;
        await foreach (var page in client.ReadCutAsync([new ListSelection(Kinds.Namespace)], default))
        {
            Assert.Single(page.Items);
            pages++;
        }

        Assert.Equal(1, pages);
    }

    [Fact]
    public async Task An_HTML_page_is_told_from_an_API_server()
    {
        var failure = await FailureAsync(async context =>
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html>\r\n<title>Please log in</title>" + new string('x', 5000));
        });

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Contains("(200, text/html) is not that of an API server", failure.Message, StringComparison.Ordinal);
        Assert.Contains("<html> <title>Please log in", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.Message.Length < 500, failure.Message);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_token_stays_here()
    {
        var asked = 0;
        await using var elsewhere = await LoopbackServer.StartAsync(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"{elsewhere.Url}login?token=CANARY-0002");
            return Task.CompletedTask;
        });

        var failure = await FailureAsync(server.Connection with
        {
            Credentials = new FixedCredentials(Credential.Bearer("CANARY-0003", "test")),
        });

        Assert.Equal(0, asked);
        Assert.Contains("redirect (302)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_of_the_kubeconfig_is_gone_through()
    {
        var asked = "";
        await using var proxy = await LoopbackServer.StartAsync(async context =>
        {
            asked = $"{context.Request.Host}{context.Request.Path}";
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{}");
        });
        using var client = Client(new ClusterConnection(new Uri("http://api.invalid")) { Proxy = proxy.Url });

        await client.GetRawAsync("/version", default);

        Assert.Equal("api.invalid/version", asked);
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(503, 5)]
    [InlineData(502, 5)]
    [InlineData(400, 1)]
    public async Task Each_status_gets_the_tries_it_deserves(int status, int tries)
    {
        var requests = 0;
        await FailureAsync(context =>
        {
            requests++;
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal(tries, requests);
    }

    [Fact]
    public async Task A_create_is_not_sent_twice_once_the_server_may_have_done_it()
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            requests++;
            context.Abort();
            return Task.CompletedTask;
        });
        using var client = Client(server.Connection with { Timeouts = HastyClock.Patient });
        var body = new System.Text.Json.Nodes.JsonObject { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "x" } };

        await Assert.ThrowsAsync<RunAiDrException>(() =>
            client.CreateAsync(new RunAiDr.Core.Resources.Resource(Kinds.Namespace, body), dryRun: false, default));

        Assert.Equal(1, requests);
    }

    [Fact]
    public async Task Cancelling_is_no_failure_of_the_server()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        using var client = new ClusterClient(server.Connection, TimeProvider.System);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetRawAsync("/version", soon.Token));
    }

    private static async Task BeginListAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = 100_000;
        await context.Response.WriteAsync("""{"kind":"NamespaceList","metadata":{"resourceVersion":"7"},"items":[""");
        await context.Response.Body.FlushAsync();
    }

    private static async Task<RunAiDrException> FailureAsync(RequestDelegate answer, ClusterTimeouts? timeouts = null)
    {
        await using var server = await LoopbackServer.StartAsync(answer);
        return await FailureAsync(server.Connection with { Timeouts = timeouts ?? HastyClock.Patient });
    }

    private static async Task<RunAiDrException> FailureAsync(ClusterConnection connection)
    {
        using var client = Client(connection);
        return await Assert.ThrowsAsync<RunAiDrException>(async () =>
        {
            await foreach (var page in client.ReadCutAsync([new ListSelection(Kinds.Namespace)], default))
            {
                Assert.Fail($"a page of {page.Items.Count} came");
            }
        });
    }

    private static ClusterClient Client(ClusterConnection connection) =>
        new(connection, new HastyClock(), () => 0.5);
}
