using RunAiDr.Tests.Cluster;

namespace RunAiDr.Tests.Support;

/// <summary>A PostgreSQL that offers TLS with a certificate for <see cref="Host"/>.</summary>
public sealed class TlsPostgres : IAsyncLifetime, IDisposable
{
    public const string Host = "db.example.com";

    private readonly TestDirectory _folder = new();
    private PostgresServer? _server;

    public TestAuthority Authority { get; } = new();

    public string AuthorityFile => _folder.File("ca.pem");

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("It is not started.");

    /// <summary>Starts a server with a certificate of an authority.</summary>
    internal static Task<PostgresServer> StartAsync(TestAuthority authority, int days = 30)
    {
        var (certificate, key) = authority.IssuePem(Host, days, loopback: false);
        return PostgresServer.StartAsync(new Dictionary<string, string> { ["ssl"] = "on" }, data =>
        {
            File.WriteAllText(Path.Combine(data, "server.crt"), certificate);
            File.WriteAllText(Path.Combine(data, "server.key"), key);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(data, "server.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        });
    }

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(AuthorityFile, Authority.Pem);
        _server = await StartAsync(Authority);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    public void Dispose() => _folder.Dispose();
}
