using System.Globalization;
using System.Net;
using System.Text;
using RunAiDr.Cli.Demo;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>
/// The sample installation with a real PostgreSQL behind its Service and a CSI driver behind its volumes, and an
/// operator's folder whose configuration names both.
/// </summary>
internal sealed class CheckpointWorld : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _servers = [];

    private CheckpointWorld(EndToEndWorkspace workspace) => Workspace = workspace;

    public EndToEndWorkspace Workspace { get; }

    public EndToEndCluster Cluster { get; private set; } = null!;

    /// <summary>Where the Service of the database leads.</summary>
    public PostgresServer Database { get; private set; } = null!;

    public string Dumps => Workspace.File("dumps");

    public static async Task<CheckpointWorld> StartAsync(
        string configuration, SandboxSnapshots? snapshots = null, params (string Token, SandboxUser User)[] users)
    {
        var world = new CheckpointWorld(await EndToEndWorkspace.InitAsync());
        world.Database = await world.StartDatabaseAsync();
        await RunAiSchema.CreateAsync(world.Database);
        var address = new IPEndPoint(IPAddress.Loopback, world.Database.Port);
        world.Cluster = await EndToEndCluster.EmptyAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Tokens = users.ToDictionary(user => user.Token, user => user.User),
                Snapshots = snapshots ?? new SandboxSnapshots(),
                PodPorts = (_, pod, port) => (pod, port) == (DemoInstallation.DatabasePod, 5432) ? address : null,
            });
        world._servers.Add(world.Cluster);
        world.Cluster.Load(DemoInstallation.Resources());
        world.SetPassword(PostgresServer.Password);
        await world.ConfigureAsync(configuration);
        return world;
    }

    /// <summary>Another PostgreSQL, empty.</summary>
    public async Task<PostgresServer> StartDatabaseAsync()
    {
        var server = await PostgresServer.StartAsync();
        _servers.Add(server);
        return server;
    }

    /// <summary>Adds to the configuration.</summary>
    public Task ConfigureAsync(string text) => File.AppendAllTextAsync(Workspace.File("runai-dr.yaml"), $"\n{text}\n");

    /// <summary>Writes the Secret of the database.</summary>
    public void SetPassword(string password)
    {
        var secret = SampleInstallation.Resources().Single(resource =>
            (string?)resource["kind"] == "Secret" && (string?)resource["metadata"]!["name"] == "runai-backend-postgresql");
        secret["data"]!["postgres-password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(password));
        Cluster.Sandbox.Load(secret);
    }

    public Task<Ended> RunAsync(params string[] arguments) => Workspace.RunAsync(Cluster, arguments);

    /// <summary>Runs a command against another database.</summary>
    public async Task<Ended> RunWithDatabaseAsync(PostgresServer database, params string[] arguments)
    {
        await File.WriteAllTextAsync(Workspace.OwnFile("password"), PostgresServer.Password);
        var ended = await Processes.At(Workspace.Path)
            .With("RUNAI_DR_DATABASE_HOST", "127.0.0.1")
            .With("RUNAI_DR_DATABASE_PORT", database.Port.ToString(CultureInfo.InvariantCulture))
            .With("RUNAI_DR_DATABASE_PASSWORDFILE", "password")
            .RunAsync([.. arguments, "--kubeconfig", Cluster.Kubeconfig]);
        EndToEndCanaries.AssertNoneIn(ended.Output + ended.Error, "standard output or error");
        return ended;
    }

    /// <summary>Restores a dump with the stock programs.</summary>
    public async Task RestoreAsync(string checkpoint, PostgresServer target)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PGHOST"] = "127.0.0.1",
            ["PGPORT"] = target.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = "postgres",
            ["PGPASSWORD"] = PostgresServer.Password,
        };
        var folder = Path.Combine(Dumps, EndToEndWorkspace.Cluster, checkpoint);

        // Without stopping at the role postgres, which each server has.
        await EndToEndPrograms.RunAsync(folder, environment, $"{PostgresServer.Programs}/psql", "--quiet", "--file=globals.sql", "postgres");
        (await EndToEndPrograms.RunAsync(
            folder, environment, $"{PostgresServer.Programs}/pg_restore", "--create", "--exit-on-error", "--dbname=postgres", "backend.dump")).Expect(0);
    }

    /// <summary>Path of a kubeconfig of a server that is gone.</summary>
    public string Nowhere()
    {
        var port = Cluster.Sandbox.Address.Port.ToString(CultureInfo.InvariantCulture);
        var path = Workspace.File("nowhere.kubeconfig");
        File.WriteAllText(path, File.ReadAllText(Cluster.Kubeconfig).Replace($":{port}", ":9", StringComparison.Ordinal));
        return path;
    }

    public string[] Tags() => Workspace.Git.Lines("tag");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Enumerable.Reverse(_servers))
        {
            await server.DisposeAsync();
        }

        Workspace.Dispose();
    }
}
