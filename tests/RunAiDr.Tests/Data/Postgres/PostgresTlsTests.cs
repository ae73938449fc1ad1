using System.Net;
using RunAiDr.Core;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class PostgresTlsTests(TlsPostgres postgres) : IClassFixture<TlsPostgres>
{
    [Theory]
    [InlineData(PostgresTls.Disable, false)]
    [InlineData(PostgresTls.Prefer, true)]
    [InlineData(PostgresTls.Require, true)]
    [InlineData(PostgresTls.VerifyCa, true)]
    [InlineData(PostgresTls.VerifyFull, true)]
    public async Task Every_mode_connects_to_a_server_with_a_good_certificate(PostgresTls mode, bool encrypted) =>
        Assert.Equal(encrypted, await IsEncryptedAsync(Options(postgres.Server) with { Tls = mode }));

    [Fact]
    public async Task Through_a_tunnel_the_certificate_is_checked_against_the_host_and_not_the_address_dialled()
    {
        var options = Options(postgres.Server) with { Tls = PostgresTls.VerifyFull };

        Assert.True(await IsEncryptedAsync(options));
        await RefusedAsync(options with { Host = "127.0.0.1" }, "its certificate is not for 127.0.0.1 but for db.example.com");
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused_by_verify_full_only()
    {
        var options = Options(postgres.Server) with { Host = "other.example.com" };

        Assert.True(await IsEncryptedAsync(options with { Tls = PostgresTls.VerifyCa }));
        await RefusedAsync(options with { Tls = PostgresTls.VerifyFull }, "its certificate is not for other.example.com but for db.example.com");
    }

    [Theory]
    [InlineData(PostgresTls.Require)]
    [InlineData(PostgresTls.VerifyCa)]
    [InlineData(PostgresTls.VerifyFull)]
    public async Task A_certificate_of_an_authority_that_is_not_in_the_file_is_refused(PostgresTls mode)
    {
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.File("other.pem"), new TestAuthority("other-ca").Pem);

        await RefusedAsync(Options(postgres.Server) with { Tls = mode, AuthorityFile = folder.File("other.pem") }, "not signed by a trusted authority (CN=test-ca)");
    }

    [Fact]
    public async Task Without_a_file_the_authorities_of_the_system_are_trusted()
    {
        var options = Options(postgres.Server) with { AuthorityFile = null };

        Assert.True(await IsEncryptedAsync(options with { Tls = PostgresTls.Require }));
        await RefusedAsync(options with { Tls = PostgresTls.VerifyCa }, "not signed by a trusted authority");
    }

    [Fact]
    public async Task An_expired_certificate_is_refused_with_its_dates()
    {
        await using var server = await TlsPostgres.StartAsync(postgres.Authority, days: -1);
        var options = Options(server);

        Assert.True(await IsEncryptedAsync(options with { Tls = PostgresTls.Require, AuthorityFile = null }));
        await RefusedAsync(options with { Tls = PostgresTls.VerifyCa }, "is not valid at this time; its own is valid from ");
    }

    [Fact]
    public async Task A_server_without_TLS_is_refused_where_TLS_is_required()
    {
        await using var server = await PostgresServer.StartAsync();

        Assert.False(await IsEncryptedAsync(Options(server) with { Tls = PostgresTls.Prefer }));
        await RefusedAsync(Options(server) with { Tls = PostgresTls.Require, AuthorityFile = null }, "does not offer TLS");
        await RefusedAsync(Options(server) with { Tls = PostgresTls.VerifyFull }, "does not offer TLS");
    }

    [Fact]
    public async Task A_file_without_authorities_is_named()
    {
        var options = Options(postgres.Server) with { Tls = PostgresTls.VerifyFull, AuthorityFile = "/nonexistent/ca.pem" };

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => IsEncryptedAsync(options));

        Assert.Equal(Fault.Configuration, fault.Fault);
        Assert.StartsWith("/nonexistent/ca.pem holds no certificate", fault.Message, StringComparison.Ordinal);
    }

    private PostgresOptions Options(PostgresServer server) => server.Options("postgres") with
    {
        Host = TlsPostgres.Host,
        Dial = new IPEndPoint(IPAddress.Loopback, server.Port),
        AuthorityFile = postgres.AuthorityFile,
    };

    private static async Task<bool> IsEncryptedAsync(PostgresOptions options)
    {
        await using var connection = await new PostgresConnector(options).OpenAsync("postgres", CancellationToken.None);
        return await connection.ScalarAsync("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", CancellationToken.None) is true;
    }

    private static async Task RefusedAsync(PostgresOptions options, string why)
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => IsEncryptedAsync(options));

        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"{options.Host}:{options.Port}", fault.Message, StringComparison.Ordinal);
    }
}
