using System.Net;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>The programs of PostgreSQL connect as we do, also through a tunnel.</summary>
public sealed class DumpTlsTests : DumpScene
{
    private const string Host = "runai-backend-postgresql.runai-backend.svc";

    private readonly TestAuthority _authority = new();

    [Fact]
    public async Task A_server_behind_a_tunnel_is_checked_by_its_name()
    {
        await using var server = await StartAsync();
        using var provider = Provider(Options(server));

        var reference = await TakeAsync(provider);

        Assert.Equal(2, reference.Dump!.Files.Count);
    }

    [Fact]
    public async Task Pg_dump_itself_refuses_a_server_of_another_name()
    {
        await using var server = await StartAsync();
        var options = Options(server) with { Host = "other.example" };
        var tools = await DumpTools.FindAsync(null, CancellationToken.None);
        var call = new ProgramCall(tools.Dump, ["--schema-only"])
        {
            Environment = LibpqEnvironment.For(options, PostgresServer.Password, "postgres"),
        };

        await using var program = ChildProgram.Start(call, CancellationToken.None);

        Assert.Contains("other.example", await program.FailureAsync(CancellationToken.None), StringComparison.Ordinal);
    }

    private PostgresOptions Options(PostgresServer server)
    {
        File.WriteAllText(Folder.File("ca.crt"), _authority.Pem);
        return server.Options("postgres") with
        {
            Host = Host,
            Port = 5432,
            Dial = new IPEndPoint(IPAddress.Loopback, server.Port),
            Tls = PostgresTls.VerifyFull,
            AuthorityFile = Folder.File("ca.crt"),
        };
    }

    private async Task<PostgresServer> StartAsync()
    {
        var (certificate, key) = _authority.IssuePem(Host, loopback: false);
        return await PostgresServer.StartAsync(new Dictionary<string, string> { ["ssl"] = "on" }, data =>
        {
            File.WriteAllText(Path.Combine(data, "server.crt"), certificate);
            File.WriteAllText(Path.Combine(data, "server.key"), key);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(data, "server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        });
    }
}
