using System.Net.Sockets;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Tests.Data.Postgres;

public sealed class ScratchPostgresTests
{
    private const string Password = "canary-scratch-password-1f";

    [Fact]
    public async Task It_is_an_empty_server_that_only_its_owner_can_use_and_is_gone_with_him()
    {
        var server = await ScratchPostgres.StartAsync(new SecretText(Password), CancellationToken.None);
        PostgresOptions options;
        await using (server)
        {
            options = server.Options("postgres");
            await server.RunScriptAsync("CREATE TABLE t AS SELECT generate_series(1, 3) AS id;", CancellationToken.None);
            var fingerprint = await Database(options).FingerprintAsync(CancellationToken.None);
            var refused = await Assert.ThrowsAsync<RunAiDrException>(
                () => Database(options with { Password = () => new SecretText("wrong") }).FingerprintAsync(CancellationToken.None));

            Assert.Equal(3, Assert.Single(Assert.Single(fingerprint.Databases).Tables).Rows);
            Assert.Contains("refuses the password", refused.Message, StringComparison.Ordinal);
        }

        using var client = new TcpClient();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(server.Address));
    }

    [Fact]
    public async Task Two_at_once_do_not_meet()
    {
        await using var first = await ScratchPostgres.StartAsync(new SecretText(Password), CancellationToken.None);
        await using var second = await ScratchPostgres.StartAsync(new SecretText(Password), CancellationToken.None);

        Assert.NotEqual(first.Address, second.Address);
    }

    [Fact]
    public async Task A_script_that_fails_is_told_without_the_password()
    {
        await using var server = await ScratchPostgres.StartAsync(new SecretText(Password), CancellationToken.None);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => server.RunScriptAsync("SELECT nothing;", CancellationToken.None));

        Assert.Contains("psql ended with exit code 3", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_given_up_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var starting = ScratchPostgres.StartAsync(new SecretText(Password), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    private static PostgresDatabase Database(PostgresOptions options) => new(new PostgresConnector(options), TimeProvider.System);
}
