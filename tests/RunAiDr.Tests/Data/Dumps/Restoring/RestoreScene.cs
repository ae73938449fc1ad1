using Npgsql;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Dumps.Restoring;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Dumps.Restoring;

/// <summary>Restores dumps of one server into another.</summary>
public abstract class RestoreScene : DumpScene
{
    private protected Task<PartOutcome> RestoreAsync(
        PostgresServer target, SnapshotReference dump, bool clean = false, DumpOptions? options = null, Steps? steps = null) =>
        RestoreAsync(target.Options(), dump, clean, options, steps);

    private protected async Task<PartOutcome> RestoreAsync(
        PostgresOptions target, SnapshotReference dump, bool clean = false, DumpOptions? options = null, Steps? steps = null, CancellationToken ct = default)
    {
        using var restorer = Restorer(target, options);
        return await restorer.RestoreAsync(dump, new DatabaseRestoreOptions(clean), steps ?? new Steps(), ct);
    }

    private protected DumpRestorer Restorer(PostgresOptions target, DumpOptions? options = null) =>
        new(new PostgresConnector(target), options ?? new DumpOptions { Directory = Dumps }, TimeProvider.System);

    private protected static async Task AssertRestoredAsync(PostgresServer target, SnapshotReference dump)
    {
        var names = dump.Fingerprint!.Databases.Select(database => database.Name).ToArray();
        var live = await new PostgresDatabase(new PostgresConnector(target.Options(names)), TimeProvider.System).FingerprintAsync(CancellationToken.None);
        Assert.Empty(RestoredDatabase.Compare(live, dump).Problems);
        Assert.All(dump.Fingerprint.Databases.Zip(live.Databases), pair =>
        {
            Assert.NotEmpty(pair.First.Tables);
            Assert.Equal(pair.First.Tables, pair.Second.Tables);
        });
    }

    private protected static async Task<string[]> DatabasesAsync(PostgresServer server) =>
        (string[])(await server.ScalarAsync("SELECT array_agg(datname::text ORDER BY datname COLLATE \"C\") FROM pg_database WHERE NOT datistemplate"))!;

    private protected static async Task LoginAsync(PostgresServer server, string role, string password, string database = RunAiSchema.Database)
    {
        var login = new NpgsqlConnectionStringBuilder(server.ConnectionString(database)) { Username = role, Password = password };
        await using var connection = new NpgsqlConnection(login.ConnectionString);
        await connection.OpenAsync();
    }

    /// <summary>A database of the saved name with tables of the services' own, as a fresh installation makes it.</summary>
    private protected static async Task InstallServicesAsync(PostgresServer server)
    {
        await server.ExecuteAsync("postgres", "CREATE ROLE runai LOGIN PASSWORD 'another'");
        await server.ExecuteAsync("postgres", "CREATE DATABASE backend OWNER runai");
        await server.ExecuteAsync(RunAiSchema.Database, "CREATE TABLE migrations AS SELECT generate_series(1, 5) AS id");
    }

    private protected static async Task<long> MigrationsAsync(PostgresServer server) =>
        (long)(await server.ScalarAsync("SELECT count(*) FROM migrations", RunAiSchema.Database))!;
}
