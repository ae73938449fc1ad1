using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps;

/// <summary>A PostgreSQL with a database like that of Run:ai, for the tests of one class.</summary>
public sealed class DumpServer : IAsyncLifetime
{
    internal PostgresServer Postgres { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Postgres = await PostgresServer.StartAsync();
        await RunAiSchema.CreateAsync(Postgres, 20_000);
    }

    public async Task DisposeAsync() => await Postgres.DisposeAsync();
}

/// <summary>Takes snapshots into a folder of its own.</summary>
public abstract class DumpScene : IDisposable
{
    private protected const string Cluster = "research";

    private protected static readonly IdleLimit Idle = new(TimeSpan.FromMinutes(5), TimeProvider.System);

    private protected DumpScene() => Directory.CreateDirectory(Dumps);

    private protected TestDirectory Folder { get; } = new();

    private protected string Dumps => Folder.File("dumps");

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static SnapshotRequest Request(string checkpoint = "weekly-1") =>
        new(Cluster, checkpoint, [SnapshotComponent.Database]);

    private protected PgDumpSnapshots Provider(PostgresServer server, DumpOptions? options = null) =>
        Provider(server.Options(RunAiSchema.Database), options);

    private protected PgDumpSnapshots Provider(PostgresOptions postgres, DumpOptions? options = null) =>
        new(new PostgresConnector(postgres), options ?? new DumpOptions { Directory = Dumps }, TimeProvider.System);

    private protected static async Task<SnapshotReference> TakeAsync(PgDumpSnapshots provider, Steps? steps = null, string checkpoint = "weekly-1")
    {
        var outcome = Assert.Single(await provider.TakeAsync(Request(checkpoint), steps ?? new Steps(), CancellationToken.None));
        Assert.Null(outcome.Failure);
        return Assert.IsType<SnapshotReference>(outcome.Reference);
    }

    /// <summary>The failure, after which nothing must be left.</summary>
    private protected async Task<string> FailureAsync(PgDumpSnapshots provider, Steps? steps = null)
    {
        var outcome = Assert.Single(await provider.TakeAsync(Request(), steps ?? new Steps(), CancellationToken.None));
        Assert.Null(outcome.Reference);
        var left = Directory.Exists(Dumps) ? Directory.EnumerateFiles(Dumps, "*", SearchOption.AllDirectories) : [];
        Assert.Empty(left);
        Assert.Empty(await provider.ListAsync(Cluster, CancellationToken.None));
        return Assert.IsType<string>(outcome.Failure);
    }

    private protected static S3Options Bucket(S3Server server) => new()
    {
        Bucket = S3Server.Bucket,
        Endpoint = server.Endpoint,
        Prefix = "/backups/runai/",
        AccessKey = () => new(S3Server.AccessKey),
        SecretKey = () => new(S3Server.SecretKey),
    };

    /// <summary>A file of recipients, and of the identity that can read what is encrypted for them.</summary>
    private protected async Task<(string Recipients, string Identity)> KeysAsync()
    {
        var (recipients, identity) = (Folder.File("recipients"), Folder.File("identity"));
        (await RunAsync("age-keygen", "-o", identity)).Expect(0);
        var publicKey = (await RunAsync("age-keygen", "-y", identity)).Expect(0).Output;
        await File.WriteAllTextAsync(recipients, $"# those who may restore\n\n{publicKey}");
        return (recipients, identity);
    }

    private protected Task<Ended> RunAsync(string program, params string[] arguments) =>
        EndToEndPrograms.RunAsync(Folder.Path, new Dictionary<string, string>(), program, arguments);
}

/// <summary>Keeps what is told, and may do something at a step.</summary>
internal sealed class Steps : IProgress<SnapshotProgress>
{
    private readonly List<SnapshotProgress> _told = [];

    public IReadOnlyList<SnapshotProgress> Told => _told;

    public Action<SnapshotProgress>? At { get; init; }

    public void Report(SnapshotProgress value)
    {
        _told.Add(value);
        At?.Invoke(value);
    }
}
