using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Data.Postgres.External;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres.External;

public class ExternalSnapshotsTests(RunAiPostgres postgres) : IClassFixture<RunAiPostgres>
{
    private readonly PostgresOptions _options = postgres.Server.Options("backend");

    [Fact]
    public async Task It_notes_where_the_database_stands()
    {
        var reference = await TakeAsync(_options, "nightly");

        var point = Assert.IsType<ExternalDatabase>(reference.External);
        Assert.Equal(("external", "nightly", ""), (reference.Provider, reference.Checkpoint, reference.Location));
        Assert.Equal(("127.0.0.1", postgres.Server.Port, 1, "runai-dr-nightly"), (point.Host, point.Port, point.Timeline, point.RestorePoint));
        Assert.Equal(reference.Fingerprint?.SystemIdentifier, point.SystemIdentifier);
        Assert.Equal(await postgres.Server.ScalarAsync($"SELECT pg_walfile_name('{point.Lsn}')"), point.WalSegment);
        Assert.Equal("archive_mode is off: unless WAL is streamed to a backup, no backup can be recovered to this point.", Assert.Single(reference.Warnings));
        Assert.Contains(reference.Fingerprint!.Databases[0].Tables, table => table is { Name: "jobs", Rows: 1_000 });

        var file = SnapshotReference.Parse(reference.ToBytes(), "snapshots/database.yaml");
        Assert.Equal(reference.ToBytes(), file.ToBytes());
        Assert.DoesNotContain("canary", System.Text.Encoding.UTF8.GetString(reference.ToBytes()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_that_went_on_is_good_and_another_one_is_not()
    {
        var reference = await TakeAsync(_options, "checked");
        await postgres.Server.ExecuteAsync("backend", "UPDATE settings SET value = value");
        Assert.Null(await Provider(_options).CheckAsync(reference, CancellationToken.None));

        await using var other = await PostgresServer.StartAsync();
        Assert.Contains("is another server: its system identifier is ", await Provider(other.Options("postgres")).CheckAsync(reference, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stands_before_the_point_is_found()
    {
        var reference = await TakeAsync(_options, "behind");

        var later = reference with { External = reference.External! with { Lsn = "FF/0" } };
        Assert.Matches("stands at [0-9A-F/]+ on timeline 1, before the saved FF/0 on timeline 1$", await Provider(_options).CheckAsync(later, CancellationToken.None));

        var newer = reference with { External = reference.External! with { Timeline = 2 } };
        Assert.Contains("before the saved", await Provider(_options).CheckAsync(newer, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_no_verdict()
    {
        var reference = await TakeAsync(_options, "unreachable");

        await Assert.ThrowsAsync<RunAiDrException>(() => Provider(_options with { Port = 1 }).CheckAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task A_role_that_may_not_mark_the_point_notes_the_LSN()
    {
        await postgres.Server.ExecuteAsync("backend", $"CREATE ROLE looker LOGIN PASSWORD '{PostgresServer.Password}'; GRANT pg_read_all_data TO looker");

        var reference = await TakeAsync(_options with { User = "looker" }, "nightly");

        Assert.Null(reference.External?.RestorePoint);
        Assert.StartsWith($"recovery_target_lsn = '{reference.Fingerprint?.Lsn}'\nrecovery_target_inclusive = off\n", reference.External?.RecoveryTarget, StringComparison.Ordinal);
        Assert.StartsWith("The role may not make a named restore point", reference.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_standby_the_LSN_is_noted()
    {
        await using var standby = await postgres.Server.StandbyAsync();

        var reference = await TakeAsync(standby.Options("backend"), "nightly");

        Assert.StartsWith("recovery_target_lsn", reference.External?.RecoveryTarget, StringComparison.Ordinal);
        Assert.StartsWith("The server is a standby", Assert.Single(reference.Warnings), StringComparison.Ordinal);
        Assert.Null(await Provider(_options).CheckAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task An_archive_that_fails_is_warned_of()
    {
        await using var server = await PostgresServer.StartAsync(new Dictionary<string, string> { ["archive_mode"] = "on", ["archive_command"] = "false" });
        await server.ExecuteAsync("postgres", "CREATE TABLE jobs (id int); SELECT pg_switch_wal()");

        var reference = await TakeAsync(server.Options("postgres"), "nightly");
        Assert.Matches("^WAL segment [0-9A-F]{24} cannot be archived", Assert.Single(reference.Warnings));

        var fingerprint = await new PostgresDatabase(new PostgresConnector(server.Options("postgres")), TimeProvider.System).FingerprintAsync(CancellationToken.None);
        Assert.Equal("on", fingerprint.Archive?.Mode);
        Assert.NotNull(fingerprint.Archive?.LastFailedAt);
        Assert.StartsWith("WAL archiving fails, the last time at ", Assert.Single(fingerprint.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_is_a_result()
    {
        var outcomes = await Provider(_options with { Port = 1 }).TakeAsync(
            new SnapshotRequest("research", "x", [SnapshotComponent.Database, SnapshotComponent.Metrics]), new Progress<SnapshotProgress>(), CancellationToken.None);

        Assert.Contains("cannot be reached: ConnectionRefused", outcomes[0].Failure, StringComparison.Ordinal);
        Assert.Contains("not for metrics", outcomes[1].Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_owned_and_nothing_is_deleted()
    {
        Assert.Empty(await Provider(_options).ListAsync("research", CancellationToken.None));
        Assert.False(await Provider(_options).DeleteAsync("", CancellationToken.None));
    }

    [Fact]
    public void A_long_checkpoint_gets_a_name_that_PostgreSQL_takes()
    {
        var (one, other) = (new string('a', 62) + "1", new string('a', 62) + "2");

        Assert.Equal(63, RecoveryMark.NameFor(one).Length);
        Assert.NotEqual(RecoveryMark.NameFor(one), RecoveryMark.NameFor(other));
    }

    private static async Task<SnapshotReference> TakeAsync(PostgresOptions options, string checkpoint)
    {
        var outcome = Assert.Single(await Provider(options).TakeAsync(
            new SnapshotRequest("research", checkpoint, [SnapshotComponent.Database]), new Progress<SnapshotProgress>(), CancellationToken.None));
        return outcome.Reference ?? throw new InvalidOperationException(outcome.Failure);
    }

    private static ExternalSnapshots Provider(PostgresOptions options) => new(new PostgresConnector(options), new ExternalOptions(), TimeProvider.System);
}
