using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

public class PostgresDatabaseTests(RunAiPostgres postgres) : IClassFixture<RunAiPostgres>
{
    private readonly PostgresOptions _options = postgres.Server.Options("backend");

    [Fact]
    public async Task A_volume_that_holds_everything_needs_a_checkpoint_and_no_backup()
    {
        var before = await CheckpointAsync();
        await postgres.Server.ExecuteAsync("backend", "UPDATE settings SET value = value");

        await using var backup = await BeginAsync(_options);

        Assert.NotEqual(before, await CheckpointAsync());
        Assert.Contains(backup.Fingerprint.Databases[0].Tables, table => table is { Name: "jobs", Rows: 1_000 });
        Assert.Empty(backup.Warnings);
        Assert.Null(await backup.EndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_role_that_may_not_run_checkpoint_is_warned_of()
    {
        await using var backup = await BeginAsync(await PoorAsync("poor_checkpointer"));

        Assert.StartsWith("poor_checkpointer may not run CHECKPOINT", Assert.Single(backup.Warnings), StringComparison.Ordinal);
        Assert.Null(await backup.EndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_standby_has_a_fingerprint_but_its_volume_is_not_snapshotted_and_it_is_not_dumped()
    {
        await using var standby = await postgres.Server.StandbyAsync();
        await postgres.Server.WaitForAsync("SELECT state FROM pg_stat_replication", "streaming");

        var database = new PostgresDatabase(new PostgresConnector(standby.Options("backend")), TimeProvider.System);

        var fingerprint = await database.FingerprintAsync(CancellationToken.None);
        var primary = await new PostgresDatabase(new PostgresConnector(_options), TimeProvider.System).FingerprintAsync(CancellationToken.None);
        Assert.Equal((true, 1, primary.SystemIdentifier), (fingerprint.InRecovery, fingerprint.Timeline, fingerprint.SystemIdentifier));
        Assert.True(FingerprintComparison.Compare(primary, fingerprint).Equal);
        Assert.Equal(["standby1 streaming"], primary.Standbys);

        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => database.BeginVolumeBackupAsync("runai-dr-nightly", CancellationToken.None));
        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Contains("is a standby", fault.Message, StringComparison.Ordinal);

        await using var frozen = await FrozenDatabases.OpenAsync(new PostgresConnector(standby.Options("backend")), CancellationToken.None);
        Assert.Contains("is a standby", Assert.Throws<RunAiDrException>(() => frozen.Databases[0].SnapshotId).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_nobody_reads_and_keeps_WAL_is_warned_of()
    {
        await postgres.Server.ExecuteAsync("postgres", "SELECT pg_create_physical_replication_slot('gone', true)");
        var database = new PostgresDatabase(new PostgresConnector(_options), TimeProvider.System);

        var fingerprint = await database.FingerprintAsync(CancellationToken.None);
        await postgres.Server.ExecuteAsync("postgres", "SELECT pg_drop_replication_slot('gone')");

        Assert.StartsWith("Replication slot gone is not in use and keeps ", Assert.Single(fingerprint.Warnings), StringComparison.Ordinal);
    }

    private static Task<IVolumeBackup> BeginAsync(PostgresOptions options) =>
        new PostgresDatabase(new PostgresConnector(options), TimeProvider.System).BeginVolumeBackupAsync("runai-dr-nightly", CancellationToken.None);

    private async Task<PostgresOptions> PoorAsync(string name)
    {
        await postgres.Server.ExecuteAsync("backend", $"CREATE ROLE {name} LOGIN PASSWORD '{PostgresServer.Password}'; GRANT pg_read_all_data TO {name}");
        return _options with { User = name };
    }

    private async Task<string?> CheckpointAsync()
    {
        await using var connection = new NpgsqlConnection(postgres.Server.ConnectionString("postgres"));
        await connection.OpenAsync();
        return (string?)await connection.ScalarAsync("SELECT checkpoint_lsn::text FROM pg_control_checkpoint()", CancellationToken.None);
    }
}
