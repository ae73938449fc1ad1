using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class FingerprintTests(RunAiPostgres postgres) : IClassFixture<RunAiPostgres>
{
    [Fact]
    public async Task It_tells_what_each_database_holds()
    {
        var backend = (await ReadAsync(postgres.Server.Options())).Databases.Single(database => database.Name == "backend");

        Assert.Equal(("runai", "UTF8", "C.UTF-8"), (backend.Owner, backend.Encoding, backend.Collation));
        Assert.True(backend.Bytes > 1_000_000);
        Assert.Equal(["pgcrypto", "plpgsql"], backend.Extensions.Select(extension => extension.Name));
        Assert.Equal(["grafana", "public"], backend.Schemas);
        Assert.Equal(
            [
                "grafana.dashboard 8", "grafana.org 1", "grafana.user 1", "public.Job Events 25", "public.access_rules 40",
                "public.audit_log_2026_10 2000", "public.audit_log_2026_11 0", "public.clusters 1", "public.departments 3",
                "public.jobs 1000", "public.jobs_per_project 0", "public.node_pools 2", "public.policies 1", "public.projects 12",
                "public.settings 3", "public.templates 5", "public.tenants 1", "public.users 40",
            ],
            backend.Tables.Select(table => $"{table.Schema}.{table.Name} {table.Rows}"));
        Assert.DoesNotContain(backend.Tables, table => table.Estimated);
    }

    [Fact]
    public async Task Without_a_list_all_databases_but_templates_are_taken() =>
        Assert.Equal(["backend", "postgres"], (await ReadAsync(postgres.Server.Options())).Databases.Select(database => database.Name));

    [Fact]
    public async Task It_tells_which_server_it_is_and_where_it_stands()
    {
        var fingerprint = await ReadAsync(postgres.Server.Options("backend"));

        Assert.Matches("^15\\.[0-9]+$", fingerprint.ServerVersion);
        Assert.Equal(await postgres.Server.ScalarAsync("SELECT system_identifier::text FROM pg_control_system()"), fingerprint.SystemIdentifier);
        Assert.Equal(1, fingerprint.Timeline);
        Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", fingerprint.Lsn);
        Assert.False(fingerprint.InRecovery);
        Assert.Equal(new WalArchive("off"), fingerprint.Archive);
        Assert.Empty(fingerprint.Tablespaces);
        Assert.Empty(fingerprint.Standbys);
        Assert.Empty(fingerprint.Warnings);
    }

    [Fact]
    public async Task It_tells_the_roles_and_not_their_passwords()
    {
        var roles = (await ReadAsync(postgres.Server.Options("backend"))).Roles;

        Assert.Equal(["auditors", "grafana", "postgres", "runai"], roles.Select(role => role.Name));
        Assert.Equal((false, false), (roles[0].CanLogin, roles[0].Superuser));
        Assert.Equal((true, true), (roles[2].CanLogin, roles[2].Superuser));
        Assert.Equal(["auditors"], roles[1].MemberOf);
        Assert.Equal(["pg_monitor"], roles[3].MemberOf);
    }

    [Fact]
    public async Task Rows_written_after_the_moment_are_not_counted()
    {
        await postgres.Server.ExecuteAsync("postgres", "CREATE TABLE late (id int)");
        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(postgres.Server.Options("postgres")), CancellationToken.None);

        await postgres.Server.ExecuteAsync("postgres", "INSERT INTO late SELECT generate_series(1, 9)");

        var fingerprint = await frozen.FingerprintAsync(CancellationToken.None);
        await postgres.Server.ExecuteAsync("postgres", "DROP TABLE late");
        Assert.Equal(new TableContent("public", "late", 0), Assert.Single(fingerprint.Databases[0].Tables));
    }

    private static async Task<DatabaseFingerprint> ReadAsync(PostgresOptions options)
    {
        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(options), CancellationToken.None);
        return await frozen.FingerprintAsync(CancellationToken.None);
    }
}
