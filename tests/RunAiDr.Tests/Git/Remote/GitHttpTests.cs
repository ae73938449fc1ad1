using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Git.Remote;

public sealed class GitHttpTests : IAsyncLifetime, IDisposable
{
    private readonly RemoteWorld _world = new();
    private GitHttpServer _server = null!;

    public async Task InitializeAsync() => _server = await GitHttpServer.StartAsync(_world);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Two_writers_push_and_fetch_over_tls()
    {
        using var a = _world.Writer("prod-a", _server.Reach);
        using var b = _world.Writer("prod-b", _server.Reach);
        a.Store.Tag("prod-a", "first", a.Commit(TestRepository.Many(1500))!.Value, "The first");
        b.Commit(("restore-point.yaml", "b\n"));

        Assert.Equal(new RemoteOutcome(0, 1, false), await a.SynchronizeAsync());
        Assert.Equal(new RemoteOutcome(1, 1, true), await b.SynchronizeAsync());
        Assert.Equal(new RemoteOutcome(1, 0, false), await a.SynchronizeAsync());

        Assert.Equal(1501, _world.Files().Length);
        Assert.Equal(a.Tip(), b.Tip());
        Assert.Equal(["dr/prod-a/first"], b.Git.Lines("tag"));
        _world.Git.AssertSound();
        b.Git.AssertSound();
    }

    [Fact]
    public async Task A_renewed_token_is_used_and_a_wrong_one_named_without_showing_it()
    {
        var token = "hunter2-old";
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Password = () => new SecretText(token) });
        writer.Commit(("restore-point.yaml", "1\n"));

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        token = GitHttpServer.Token;
        Assert.Equal(1, (await writer.SynchronizeAsync()).Pushed);
        Assert.DoesNotContain("hunter2", writer.Git.Run("config", "--list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { AuthorityFile = null });

        Assert.Contains("secure connection", (await writer.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_refused()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with
        {
            Url = _server.Url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal),
        });

        Assert.Contains("secure connection", (await writer.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/git/none.git", "404")]
    [InlineData("/forbidden/dr.git", "403")]
    [InlineData("/moved/dr.git", "elsewhere.example.org/moved/dr.git")]
    [InlineData("/broken/dr.git", "502")]
    [InlineData("/page/dr.git", "not as a Git repository")]
    public async Task An_answer_that_is_no_repository_is_named(string path, string named)
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Url = $"https://localhost:{_server.Port}{path}" });

        var failure = await writer.FailAsync();

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://localhost:1/dr.git", "cannot be reached: ConnectionRefused")]
    [InlineData("https://no-such-host.invalid/dr.git", "cannot be resolved")]
    public async Task A_host_that_is_not_there_is_named(string url, string named)
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Url = url });

        Assert.Contains(named, (await writer.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_never_sent_in_the_clear()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Url = "http://localhost:1/dr.git" });

        Assert.Equal(Fault.Configuration, (await writer.FailAsync()).Fault);
    }

    [Fact]
    public async Task A_proxy_is_used()
    {
        await using var proxy = new ConnectProxy();
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Proxy = proxy.Address });
        writer.Commit(("restore-point.yaml", "1\n"));

        Assert.Equal(1, (await writer.SynchronizeAsync()).Pushed);

        Assert.NotEqual(0, proxy.Connections);
    }

    [Fact]
    public async Task A_push_that_a_hook_declines_or_that_is_too_large_is_named()
    {
        using var writer = _world.Writer("prod-a", _server.Reach);
        writer.Commit(("restore-point.yaml", "1\n"));
        _world.Decline("frozen");
        Assert.Contains("declined refs/heads/main", (await writer.FailAsync()).Message, StringComparison.Ordinal);
        _world.Accept();
        var noise = new byte[5 << 20];
        new Random(1).NextBytes(noise);
        writer.Commit(("restore-point.yaml", "1\n"), ("big.yaml", Convert.ToBase64String(noise)));

        Assert.Contains("413", (await writer.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with
        {
            Url = $"https://localhost:{port}/dr.git",
            SilenceLimit = TimeSpan.FromSeconds(1),
        });

        Assert.Equal(Fault.Remote, (await writer.FailAsync()).Fault);
    }
}
