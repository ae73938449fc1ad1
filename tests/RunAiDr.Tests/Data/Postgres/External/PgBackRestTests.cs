using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Data.Postgres.External;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres.External;

public class PgBackRestTests(ArchivingPostgres postgres) : IClassFixture<ArchivingPostgres>
{
    private readonly ExternalOptions _options = new()
    {
        PgBackRestStanza = ArchivingPostgres.Stanza,
        PgBackRestConfig = postgres.Config,
        PgBackRestProgram = postgres.Program,
    };

    [Fact]
    public async Task The_reference_recovers_to_the_very_rows_that_were_saved()
    {
        var reference = await TakeAsync("2026-11-27-nightly");
        await postgres.Server.ExecuteAsync("backend", "DELETE FROM jobs WHERE id <= 400; DROP TABLE grafana.dashboard; SELECT pg_switch_wal()");

        var point = Assert.IsType<ExternalDatabase>(reference.External);
        Assert.Equal("runai-dr-2026-11-27-nightly", point.RestorePoint);
        Assert.Equal(
            $"# restore point runai-dr-2026-11-27-nightly\nrecovery_target_lsn = '{point.Lsn}'\nrecovery_target_inclusive = off\nrecovery_target_timeline = '1'\nrecovery_target_action = 'pause'\n",
            point.RecoveryTarget);

        await RecoversAsync(reference, point.RecoveryTarget);
    }

    [Fact]
    public async Task Of_two_marks_of_one_name_each_recovers_to_its_own_rows()
    {
        var first = await TakeAsync("again");
        await postgres.Server.ExecuteAsync("backend", "DELETE FROM settings WHERE key = 'empty'");
        var second = await TakeAsync("again");
        await postgres.Server.ExecuteAsync("backend", "DELETE FROM settings; SELECT pg_switch_wal()");

        Assert.Equal(first.External?.RestorePoint, second.External?.RestorePoint);
        await RecoversAsync(first, Assert.IsType<ExternalDatabase>(first.External).RecoveryTarget);
        await RecoversAsync(second, Assert.IsType<ExternalDatabase>(second.External).RecoveryTarget);
    }

    [Fact]
    public async Task A_transaction_that_ends_right_after_the_mark_is_not_recovered()
    {
        await using var writer = new NpgsqlConnection(postgres.Server.ConnectionString("backend"));
        await writer.OpenAsync();
        await using var mark = new NpgsqlConnection(postgres.Server.ConnectionString("backend"));
        await mark.OpenAsync();
        await writer.ExecuteAsync("CREATE TABLE late (id int)", CancellationToken.None);
        await writer.ExecuteAsync("BEGIN; INSERT INTO late VALUES (1)", CancellationToken.None);
        var lsn = (string?)await mark.ScalarAsync("SELECT pg_create_restore_point('between')::text", CancellationToken.None);
        await writer.ExecuteAsync("COMMIT", CancellationToken.None);
        await postgres.Server.ExecuteAsync("backend", "SELECT pg_switch_wal()");
        var point = new ExternalDatabase { Host = "", Port = 1, SystemIdentifier = "", Timeline = 1, Lsn = lsn ?? "", RecoveryTarget = "" };

        await using var recovered = await postgres.RestoreAsync(RecoveryMark.TargetOf(point));

        await recovered.WaitForAsync("SELECT pg_get_wal_replay_pause_state()", "paused");
        Assert.Equal(0L, await recovered.ScalarAsync("SELECT count(*) FROM late", "backend"));
    }

    [Fact]
    public async Task The_reference_names_the_newest_backup_and_the_archive_that_has_reached_the_point()
    {
        await postgres.RunAsync("backup", "--type=incr", "--start-fast");
        var reference = await TakeAsync("second");

        var backup = Assert.IsType<PgBackRestBackup>(reference.External?.PgBackRest);
        Assert.Equal(("main", "incr"), (backup.Stanza, backup.Type));
        Assert.Matches("^[0-9]{8}-[0-9]{6}F_[0-9]{8}-[0-9]{6}I$", backup.Label);
        Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", backup.StopLsn);
        Assert.Empty(reference.Warnings);
        Assert.True(RecoveryMark.Covers(backup.ArchiveMax, Assert.IsType<string>(reference.External?.WalSegment)));
        Assert.Null(await Provider(_options).CheckAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task A_backup_that_expired_and_WAL_that_is_not_archived_are_found()
    {
        var reference = await TakeAsync("third");
        var point = Assert.IsType<ExternalDatabase>(reference.External);

        var expired = reference with { External = point with { PgBackRest = point.PgBackRest! with { Label = "20200101-000000F" } } };
        Assert.Equal("backup 20200101-000000F is no longer in stanza main: it expired or was deleted", await Provider(_options).CheckAsync(expired, CancellationToken.None));

        var ahead = reference with { External = point with { WalSegment = "0000000100000FFF000000FF" } };
        Assert.Matches("^the archive of stanza main ends with [0-9A-F]{24}, before segment 0000000100000FFF000000FF", await Provider(_options).CheckAsync(ahead, CancellationToken.None));
    }

    [Fact]
    public async Task A_backup_that_ended_after_the_point_is_not_one_of_it()
    {
        var reference = await TakeAsync("early");
        var point = Assert.IsType<ExternalDatabase>(reference.External);
        await postgres.RunAsync("backup", "--type=incr", "--start-fast");
        var newest = Assert.IsType<PgBackRestBackup>((await TakeAsync("after the backup")).External?.PgBackRest);

        Assert.NotEqual(newest.Label, point.PgBackRest?.Label);
        var wrong = reference with { External = point with { PgBackRest = newest } };
        Assert.Contains(
            $"backup {newest.Label} of stanza main ends at {newest.StopLsn} in segment ", await Provider(_options).CheckAsync(wrong, CancellationToken.None), StringComparison.Ordinal);

        var stanza = await new PgBackRest(_options, ArchivingPostgres.Stanza, TimeProvider.System).InfoAsync(CancellationToken.None);
        Assert.Equal(point.PgBackRest?.Label, stanza.NewestFor(point)?.Label);
        Assert.Null(stanza.NewestFor(point with { Lsn = "0/1" }));
        Assert.Null(stanza.NewestFor(point with { Timeline = 2 }));
    }

    [Fact]
    public void Segments_of_another_timeline_say_nothing()
    {
        Assert.True(RecoveryMark.Covers("000000010000000000000009.00000028.backup", "000000010000000000000009"));
        Assert.False(RecoveryMark.Covers("000000010000000000000008", "000000010000000000000009"));
        Assert.False(RecoveryMark.Covers("00000002000000000000000A", "000000010000000000000009"));
        Assert.False(RecoveryMark.Covers("00000002.history", "000000010000000000000009"));
    }

    [Fact]
    public async Task A_stanza_without_a_backup_says_what_to_do()
    {
        var other = postgres.Config + ".other";
        await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(postgres.Config)).Replace("/repository", "/empty-repository", StringComparison.Ordinal));
        await PostgresServer.RunAsync("pgbackrest", $"--config={other}", "--stanza=main", "stanza-create");

        await FailsAsync(_options with { PgBackRestConfig = other }, "Make one: ");
    }

    [Fact]
    public Task A_stanza_that_does_not_exist_is_named() =>
        FailsAsync(_options with { PgBackRestStanza = "mian" }, "pgBackRest, stanza mian: has status 1, missing stanza path.");

    [Fact]
    public Task A_missing_program_is_named() =>
        FailsAsync(_options with { PgBackRestProgram = "/nonexistent/pgbackrest" }, "the program /nonexistent/pgbackrest cannot be started. Install pgBackRest");

    [Fact]
    public Task What_the_tool_complains_about_is_told() =>
        FailsAsync(_options with { PgBackRestConfig = "/nonexistent.conf" }, "pgBackRest, stanza main: as-owner ended with exit code 55: ERROR: [055]: ");

    [Fact]
    public Task Another_program_under_its_name_is_told() =>
        FailsAsync(_options with { PgBackRestProgram = "echo" }, "info did not print the JSON that it should");

    [Fact]
    public async Task A_stanza_of_another_server_is_refused()
    {
        await using var other = await PostgresServer.StartAsync();

        var outcome = await OutcomeAsync(new ExternalSnapshots(new PostgresConnector(other.Options("postgres")), _options, TimeProvider.System), "x");

        Assert.Contains("holds backups of another server", outcome.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_no_verdict()
    {
        var reference = await TakeAsync("fourth");

        var fault = await Assert.ThrowsAsync<RunAiDrException>(
            () => Provider(_options with { PgBackRestProgram = "/nonexistent/pgbackrest" }).CheckAsync(reference, CancellationToken.None));

        Assert.Equal(Fault.Snapshot, fault.Fault);
    }

    private async Task RecoversAsync(SnapshotReference reference, string target)
    {
        await using var recovered = await postgres.RestoreAsync(target);
        var database = new PostgresDatabase(new PostgresConnector(recovered.Options()), TimeProvider.System);
        await recovered.WaitForAsync("SELECT pg_get_wal_replay_pause_state()", "paused");
        var live = await database.FingerprintAsync(CancellationToken.None);
        var report = FingerprintComparison.Compare(Assert.IsType<DatabaseFingerprint>(reference.Fingerprint), live);
        Assert.True(report.Equal, string.Join('\n', report.Differences));
    }

    private async Task<SnapshotReference> TakeAsync(string checkpoint)
    {
        var outcome = await OutcomeAsync(Provider(_options), checkpoint);
        return outcome.Reference ?? throw new InvalidOperationException(outcome.Failure);
    }

    private async Task FailsAsync(ExternalOptions options, string message)
    {
        var outcome = await OutcomeAsync(Provider(options), "failing");
        Assert.Null(outcome.Reference);
        Assert.Contains(message, outcome.Failure, StringComparison.Ordinal);
    }

    private ExternalSnapshots Provider(ExternalOptions options) => new(new PostgresConnector(postgres.Server.Options()), options, TimeProvider.System);

    private static async Task<SnapshotOutcome> OutcomeAsync(ExternalSnapshots provider, string checkpoint) => Assert.Single(await provider.TakeAsync(
        new SnapshotRequest("research", checkpoint, [SnapshotComponent.Database]), new Progress<SnapshotProgress>(), CancellationToken.None));
}
