using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Git.Remote;

public sealed class GitSshTests : IAsyncLifetime, IDisposable
{
    private readonly RemoteWorld _world = new();
    private GitSshServer _server = null!;

    public async Task InitializeAsync() => _server = await GitSshServer.StartAsync(_world);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Two_writers_push_and_fetch_with_a_key_that_has_a_passphrase()
    {
        using var a = _world.Writer("prod-a", _server.Reach);
        using var b = _world.Writer("prod-b", _server.Reach);
        a.Store.Tag("prod-a", "first", a.Commit(TestRepository.Many(500))!.Value, "The first");
        b.Commit(("restore-point.yaml", "b\n"));

        Assert.Equal(new RemoteOutcome(0, 1, false), await a.SynchronizeAsync());
        Assert.Equal(new RemoteOutcome(1, 1, true), await b.SynchronizeAsync());
        Assert.Equal(new RemoteOutcome(1, 0, false), await a.SynchronizeAsync());

        Assert.Equal(501, _world.Files().Length);
        Assert.Equal(["dr/prod-a/first"], b.Git.Lines("tag"));
        _world.Git.AssertSound();
    }

    [Fact]
    public async Task An_unknown_host_key_is_refused()
    {
        File.WriteAllText(_server.File("empty"), "");
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { KnownHostsFile = _server.File("empty") });

        await RefusedAsync(writer, "ssh does not connect");
    }

    [Fact]
    public async Task A_changed_host_key_is_refused()
    {
        var other = string.Join(' ', File.ReadAllText(_server.File("stranger.pub")).Split(' ').Take(2));
        File.WriteAllText(_server.File("changed"), $"[127.0.0.1]:{_server.Port} {other}\n");
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { KnownHostsFile = _server.File("changed") });

        await RefusedAsync(writer, "ssh does not connect");
    }

    [Fact]
    public async Task A_key_that_the_server_does_not_know_is_refused()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { SshKeyFile = _server.File("stranger"), SshPassphrase = null });

        await RefusedAsync(writer, "Permission denied");
    }

    [Theory]
    [InlineData("hunter2-wrong")]
    [InlineData(null)]
    public async Task A_wrong_or_missing_passphrase_is_refused_and_nobody_waits_for_input(string? passphrase)
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with
        {
            SshPassphrase = passphrase is null ? null : () => new SecretText(passphrase),
        });

        await RefusedAsync(writer, "ssh does not connect");
    }

    [Fact]
    public async Task A_path_without_repository_is_named()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Url = _server.Url + "'none" });

        await RefusedAsync(writer, "cannot be used as a Git repository");
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        using var writer = _world.Writer("prod-a", options => _server.Reach(options) with { Url = "ssh://git@127.0.0.1:1/dr.git" });

        await RefusedAsync(writer, "ssh does not connect");
    }

    private static async Task RefusedAsync(RemoteWriter writer, string named)
    {
        writer.Commit(("restore-point.yaml", "1\n"));
        var failure = await writer.FailAsync();
        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }
}
