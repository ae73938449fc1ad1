using System.Globalization;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Git;
using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Git.Remote;

/// <summary>A Git server, or somebody in its place, that wants credentials, memory or time.</summary>
public sealed class GitHostileTests : IDisposable
{
    private const string Token = "canary-token-git";
    private const string Id = "1111111111111111111111111111111111111111";

    private readonly RemoteWorld _world = new();
    private readonly TestAuthority _authority = new();

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task No_redirect_is_followed(int status)
    {
        var asked = 0;
        await using var elsewhere = await LoopbackServer.StartAsync(
            _ =>
            {
                asked++;
                return Task.CompletedTask;
            },
            _authority.Issue("localhost"));

        var failure = await FailureAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = $"https://{Token}:x@localhost:{elsewhere.Url.Port}/{Token}";
            return Task.CompletedTask;
        });

        Assert.Equal(0, asked);
        Assert.Contains($"has moved to https://localhost:{elsewhere.Url.Port}/", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_a_path_is_named_too()
    {
        var failure = await FailureAsync(http =>
        {
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = "/login";
            return Task.CompletedTask;
        });

        Assert.Contains("has moved to another path (302)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_comes_back_is_not_told()
    {
        var failure = await FailureAsync(http => AdvertiseAsync(http, $"ERR you sent {Token}\u001b[31m"));

        Assert.Contains("[secret]", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', failure.Message);
    }

    [Fact]
    public async Task References_without_end_are_given_up()
    {
        var failure = await FailureAsync(async http =>
        {
            await AdvertiseAsync(http, [], isEnd: false);
            for (var number = 0; !http.RequestAborted.IsCancellationRequested; number += 1000)
            {
                await http.Response.WriteAsync(string.Concat(Enumerable.Range(number, 1000).Select(n => Packet($"{Id} refs/heads/b{n}\n"))));
            }
        });

        Assert.Contains("in more than 64 MiB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_that_drips_is_given_up()
    {
        var failure = await FailureAsync(
            async http =>
            {
                await AdvertiseAsync(http, [], isEnd: false);
                while (!http.RequestAborted.IsCancellationRequested)
                {
                    await http.Response.WriteAsync(Packet($"{Id} refs/heads/b\n"));
                    await http.Response.Body.FlushAsync();
                    await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                }
            },
            new HastyClock(divisor: 100));

        Assert.Contains("was not over after 10 minutes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_that_is_told_twice_is_named()
    {
        var failure = await FailureAsync(http => AdvertiseAsync(http, $"{Id} refs/heads/x\0agent=git/2\n", $"{Id} refs/heads/y\n", $"{Id} refs/heads/y\n"));

        Assert.Equal(Fault.Remote, failure.Fault);
        Assert.Contains("its list of references contradicts itself", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_a_hook_leaves_behind_does_not_hold_the_push()
    {
        _world.Hook("pre-receive", "cat >/dev/null; sleep 300 & exit 0");
        using var writer = _world.Writer("prod-a", options => options with { SilenceLimit = TimeSpan.FromSeconds(1) });
        writer.Commit(("restore-point.yaml", "1\n"));

        Assert.Contains("was silent for 1 s", (await writer.FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_programs_see_nothing_of_our_environment()
    {
        Environment.SetEnvironmentVariable("GIT_TEST_TOKEN_CANARY", "1");
        try
        {
            _world.Hook("pre-receive", $"cat >/dev/null; env > {_world.File("seen")}");
            using var writer = _world.Writer("prod-a");
            writer.Commit(("restore-point.yaml", "1\n"));

            await writer.SynchronizeAsync();

            Assert.DoesNotContain("CANARY", await File.ReadAllTextAsync(_world.File("seen")), StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("GIT_TEST_TOKEN_CANARY", null);
        }
    }

    public void Dispose() => _world.Dispose();

    private static Task AdvertiseAsync(HttpContext http, params string[] lines) => AdvertiseAsync(http, lines, isEnd: true);

    private static async Task AdvertiseAsync(HttpContext http, string[] lines, bool isEnd)
    {
        http.Response.ContentType = $"application/x-{http.Request.Query["service"]}-advertisement";
        await http.Response.WriteAsync(Packet($"# service={http.Request.Query["service"]}\n") + "0000");
        await http.Response.WriteAsync(string.Concat(lines.Select(Packet)) + (isEnd ? "0000" : ""));
    }

    private static string Packet(string line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Length + 4:x4}{line}");

    private async Task<RunAiDrException> FailureAsync(RequestDelegate answer, TimeProvider? clock = null)
    {
        await using var server = await LoopbackServer.StartAsync(answer, _authority.Issue("localhost"));
        await File.WriteAllTextAsync(_world.File("ca.pem"), _authority.Pem);
        using var writer = _world.Writer("prod-a", options => options with
        {
            Url = $"https://localhost:{server.Url.Port}/dr.git",
            AuthorityFile = _world.File("ca.pem"),
            Password = () => new SecretText(Token),
        });
        writer.Commit(("restore-point.yaml", "1\n"));
        using var remote = GitRemote.Open(writer.Options, clock ?? TimeProvider.System);
        return await Assert.ThrowsAsync<RunAiDrException>(() => remote.SynchronizeAsync(() => true, CancellationToken.None));
    }
}
