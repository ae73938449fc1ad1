using RunAiDr.Core.Secrets;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class FingerprintTroubleTests(RunAiPostgres postgres) : IClassFixture<RunAiPostgres>
{
    [Fact]
    public async Task A_table_that_is_dropped_meanwhile_costs_only_itself()
    {
        await postgres.Server.ExecuteAsync("backend", "CREATE TABLE doomed (id int)");
        await using var frozen = await FreezeAsync();

        await postgres.Server.ExecuteAsync("backend", "DROP TABLE doomed");

        var fingerprint = await frozen.FingerprintAsync(CancellationToken.None);
        Assert.DoesNotContain(fingerprint.Databases[0].Tables, table => table.Name == "doomed");
        Assert.Contains(fingerprint.Databases[0].Tables, table => table is { Name: "users", Rows: 40 });
        Assert.Equal("backend: table public.doomed was dropped or renamed while the rows were counted.", Assert.Single(fingerprint.Warnings));
    }

    [Fact]
    public async Task A_table_that_somebody_locks_is_estimated()
    {
        await using var locking = new Npgsql.NpgsqlConnection(postgres.Server.ConnectionString("backend"));
        await locking.OpenAsync();
        await locking.ExecuteAsync("BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE", CancellationToken.None);
        await using var frozen = await FreezeAsync();

        var fingerprint = await frozen.FingerprintAsync(CancellationToken.None);

        Assert.Contains(new TableContent("public", "jobs", 1_000, Estimated: true), fingerprint.Databases[0].Tables);
        Assert.Contains("backend: table public.jobs is locked by somebody, so its rows are only estimated.", fingerprint.Warnings);
    }

    [Fact]
    public async Task Counting_keeps_no_lock_that_owners_would_wait_for()
    {
        await using var frozen = await FreezeAsync();
        await frozen.FingerprintAsync(CancellationToken.None);

        await postgres.Server.ExecuteAsync("backend", "SET lock_timeout = '1s'; ALTER TABLE settings ADD note text; ALTER TABLE settings DROP note");
    }

    [Fact]
    public async Task A_role_with_few_rights_reads_what_it_may()
    {
        await postgres.Server.ExecuteAsync("backend", $"""
            CREATE ROLE poor LOGIN PASSWORD '{PostgresServer.Password}';
            GRANT SELECT ON tenants TO poor;
            REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;
            """);
        var options = postgres.Server.Options("backend") with { User = "poor" };

        // Functions belong to a database, but this one is asked in the only database of the scope.
        var fingerprint = await new PostgresDatabase(new PostgresConnector(options), TimeProvider.System).FingerprintAsync(CancellationToken.None);

        Assert.Null(fingerprint.SystemIdentifier);
        Assert.Equal(1, fingerprint.Timeline);
        Assert.Contains(new TableContent("public", "tenants", 1), fingerprint.Databases[0].Tables);
        Assert.Contains(new TableContent("public", "users", 40, Estimated: true), fingerprint.Databases[0].Tables);
        Assert.Contains("backend: table public.users may not be read, so its rows are only estimated.", fingerprint.Warnings);
    }

    [Fact]
    public async Task Rows_that_nobody_counted_nor_estimated_are_not_known()
    {
        await postgres.Server.ExecuteAsync("postgres", $"CREATE DATABASE fresh; CREATE ROLE stranger LOGIN PASSWORD '{PostgresServer.Password}'");
        await postgres.Server.ExecuteAsync("fresh", "CREATE TABLE notes AS SELECT 1 AS id");
        var options = postgres.Server.Options("fresh") with { User = "stranger" };

        var fingerprint = await new PostgresDatabase(new PostgresConnector(options), TimeProvider.System).FingerprintAsync(CancellationToken.None);

        Assert.Equal(new TableContent("public", "notes", Rows: null), Assert.Single(fingerprint.Databases[0].Tables));
        Assert.Contains("fresh: table public.notes may not be read, so its rows are not known.", fingerprint.Warnings);
    }

    [Fact]
    public async Task A_table_of_the_user_in_a_schema_of_an_extension_is_compared()
    {
        await postgres.Server.ExecuteAsync("postgres", "CREATE DATABASE extended");
        await postgres.Server.ExecuteAsync("extended", "CREATE SCHEMA crypt; CREATE EXTENSION pgcrypto; ALTER EXTENSION pgcrypto ADD SCHEMA crypt; CREATE TABLE crypt.own AS SELECT 1 AS id");
        var database = new PostgresDatabase(new PostgresConnector(postgres.Server.Options("extended")), TimeProvider.System);
        var saved = await database.FingerprintAsync(CancellationToken.None);

        await postgres.Server.ExecuteAsync("extended", "DROP TABLE crypt.own");

        var report = FingerprintComparison.Compare(saved, await database.FingerprintAsync(CancellationToken.None));
        Assert.Equal("extended.crypt.own", Assert.Single(report.Differences).What);
    }

    [Fact]
    public async Task Row_policies_do_not_hide_rows_from_the_count()
    {
        await postgres.Server.ExecuteAsync("postgres", $"""
            CREATE DATABASE guarded;
            CREATE ROLE reader LOGIN PASSWORD '{RunAiSchema.Password}';
            """);
        await postgres.Server.ExecuteAsync("guarded", """
            CREATE TABLE notes (owner text);
            INSERT INTO notes VALUES ('reader'), ('other');
            ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
            CREATE POLICY own ON notes USING (owner = current_user);
            GRANT SELECT ON notes TO reader;
            ANALYZE notes;
            """);
        var options = postgres.Server.Options("guarded") with { User = "reader", Password = () => new SecretText(RunAiSchema.Password) };

        var fingerprint = await new PostgresDatabase(new PostgresConnector(options), TimeProvider.System).FingerprintAsync(CancellationToken.None);

        Assert.Equal(new TableContent("public", "notes", 2, Estimated: true), Assert.Single(fingerprint.Databases[0].Tables));
    }

    [Fact]
    public async Task Unlogged_tables_are_named_and_not_counted()
    {
        await postgres.Server.ExecuteAsync("postgres", "CREATE DATABASE volatile");
        await postgres.Server.ExecuteAsync("volatile", "CREATE UNLOGGED TABLE cache AS SELECT 1 AS id");

        var fingerprint = await new PostgresDatabase(new PostgresConnector(postgres.Server.Options("volatile")), TimeProvider.System).FingerprintAsync(CancellationToken.None);

        Assert.Empty(fingerprint.Databases[0].Tables);
        Assert.Contains("public.cache", Assert.Single(fingerprint.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_table_is_estimated()
    {
        await using var server = await PostgresServer.StartAsync(new Dictionary<string, string> { ["wal_level"] = "minimal", ["max_wal_senders"] = "0" });
        await server.ExecuteAsync("postgres", "CREATE TABLE large AS SELECT n, repeat('x', 180) AS filler FROM generate_series(1, 1100000) n");
        var database = new PostgresDatabase(new PostgresConnector(server.Options("postgres")), TimeProvider.System);

        Assert.Equal(new TableContent("public", "large", 1_100_000), Assert.Single((await database.FingerprintAsync(CancellationToken.None)).Databases[0].Tables));

        await server.ExecuteAsync("postgres", "ANALYZE large");
        var table = Assert.Single((await database.FingerprintAsync(CancellationToken.None)).Databases[0].Tables);
        Assert.True(table.Estimated);
        Assert.InRange(table.Rows ?? 0, 1_000_000, 1_200_000);
    }

    private Task<FrozenDatabases> FreezeAsync() =>
        FrozenDatabases.OpenAsync(new PostgresConnector(postgres.Server.Options("backend")), CancellationToken.None);
}
