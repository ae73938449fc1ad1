using System.Net;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Cluster.Forwarding;

namespace RunAiDr.Tests.Data.Postgres;

/// <summary>Somebody in the place of a PostgreSQL.</summary>
public class PostgresHostileTests
{
    private const string Password = "canary-password-11";

    // Authentication requests of the protocol: 3 is a password in the clear.
    private static readonly byte[] AsksForClearText = [(byte)'R', 0, 0, 0, 8, 0, 0, 0, 3];

    [Theory]
    [InlineData(PostgresTls.Disable)]
    [InlineData(PostgresTls.Prefer)]
    public async Task A_password_is_not_given_in_the_clear_to_whoever_asks(PostgresTls mode)
    {
        using var heard = new MemoryStream();
        await using var server = new PodListener(async stream =>
        {
            var part = new byte[4096];
            for (var count = await stream.ReadAsync(part); count > 0; count = await stream.ReadAsync(part))
            {
                heard.Write(part, 0, count);

                // A request for TLS has eight bytes.
                await stream.WriteAsync(count == 8 ? "N"u8.ToArray() : AsksForClearText);
            }
        });

        var fault = await FailureAsync(server.Address, mode);

        Assert.Contains("way of authentication", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, Encoding.Latin1.GetString(heard.ToArray()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("R\u0000\u0000\u0000\u0008\u0000\u0000\u0000\u00ff")]
    [InlineData("R\u007f\u007f\u007f\u007f")]
    [InlineData("R\u0000\u0000\u0000\u0000")]
    [InlineData("Z\u0000\u0000\u0000\u0005I")]
    [InlineData("E\u0000\u0000\u0000\u0006X\u0000")]
    [InlineData("E\u0000\u0000\u0000\u0030SFATAL\u0000C28000\u0000Mcanary-password-11 is wrong\u0000\u0000\u0000")]
    public async Task Anything_but_the_protocol_is_a_fault_without_the_password(string answer)
    {
        await using var server = new PodListener(async stream =>
        {
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
        });

        var fault = await FailureAsync(server.Address, PostgresTls.Disable);

        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.DoesNotContain(Password, fault.Message, StringComparison.Ordinal);
    }

    private static Task<RunAiDrException> FailureAsync(IPEndPoint address, PostgresTls mode)
    {
        var connector = new PostgresConnector(new PostgresOptions
        {
            Host = "127.0.0.1",
            Port = address.Port,
            User = "postgres",
            Password = () => new SecretText(Password),
            Tls = mode,
            ConnectTimeout = TimeSpan.FromSeconds(5),
        });
        return Assert.ThrowsAsync<RunAiDrException>(() => connector.OpenAsync("postgres", CancellationToken.None));
    }
}
