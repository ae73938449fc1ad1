using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Data.Postgres;

/// <summary>A PostgreSQL whose archive takes everything.</summary>
public sealed class ArchivedPostgres : IAsyncLifetime
{
    private PostgresServer? _server;

    internal PostgresServer Server => _server ?? throw new InvalidOperationException("It is not started.");

    public async Task InitializeAsync() => _server = await PostgresServer.StartAsync(
        new Dictionary<string, string> { ["archive_mode"] = "on", ["archive_command"] = "true" });

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

public class VolumeBackupTests(ArchivedPostgres postgres) : IClassFixture<ArchivedPostgres>
{
    private readonly PostgresOptions _options = postgres.Server.Options("postgres") with { Bracket = true };

    [Fact]
    public async Task A_bracketed_backup_gives_the_label_to_start_a_copy_with()
    {
        await using var backup = await BeginAsync(_options);

        var label = await backup.EndAsync(CancellationToken.None);

        Assert.NotNull(label);
        Assert.StartsWith("START WAL LOCATION: ", label.Label, StringComparison.Ordinal);
        Assert.Contains("LABEL: runai-dr-nightly", label.Label, StringComparison.Ordinal);
        Assert.Equal("", label.TablespaceMap);
        Assert.Matches("^[0-9A-F]+/[0-9A-F]+$", label.StopLsn);
        Assert.Contains("with WAL from the archive", Assert.Single(backup.Warnings), StringComparison.Ordinal);
        Assert.Null(await backup.EndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Disposing_ends_a_backup_that_was_not_ended()
    {
        var backup = await BeginAsync(_options);
        await backup.DisposeAsync();

        await using var again = await BeginAsync(_options);
        Assert.NotNull(await again.EndAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_tablespace_brackets_the_backup_by_itself_and_is_told_where_it_lies_elsewhere()
    {
        await using var server = await PostgresServer.StartAsync(
            new Dictionary<string, string> { ["archive_mode"] = "on", ["archive_command"] = "true" });
        var (outside, inside) = (await TablespaceAsync(server, "fast", "../fast"), await TablespaceAsync(server, "slow", "slow"));

        await using var backup = await BeginAsync(server.Options("postgres"));
        var label = await backup.EndAsync(CancellationToken.None);

        Assert.Equal(["fast", "slow"], backup.Fingerprint.Tablespaces);
        Assert.Contains(outside, label?.TablespaceMap, StringComparison.Ordinal);
        Assert.Contains($"Tablespace fast is at {outside}, outside the data directory: make sure that the snapshotted volume holds it.", backup.Warnings);
        Assert.DoesNotContain(backup.Warnings, warning => warning.Contains(inside, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_an_archive_a_backup_that_no_copy_could_be_started_from_is_refused()
    {
        await using var server = await PostgresServer.StartAsync();
        await RefusesAsync(server.Options("postgres") with { Bracket = true }, "as it is asked for; with archive_mode = off");

        await TablespaceAsync(server, "fast", "../fast");

        await RefusesAsync(server.Options("postgres"), "as there are tablespaces besides the data directory; with archive_mode = off");
    }

    [Fact]
    public async Task A_role_that_may_not_start_a_backup_is_refused()
    {
        await CreateRoleAsync("poor_starter");

        await RefusesAsync(
            _options with { User = "poor_starter" }, "poor_starter lacks a right: permission denied for function pg_backup_start");
    }

    [Fact]
    public async Task Limits_of_the_role_do_not_end_a_backup_that_waits_for_its_snapshot()
    {
        await CreateRoleAsync("hasty");
        await postgres.Server.ExecuteAsync("postgres", """
            GRANT EXECUTE ON FUNCTION pg_backup_start, pg_backup_stop TO hasty;
            ALTER ROLE hasty SET idle_session_timeout = '300ms';
            ALTER ROLE hasty SET statement_timeout = '5s';
            """);

        await using var backup = await BeginAsync(_options with { User = "hasty" });
        await postgres.Server.ExecuteAsync("postgres", "SELECT pg_sleep(1)");

        Assert.NotNull(await backup.EndAsync(CancellationToken.None));
    }

    private static Task<IVolumeBackup> BeginAsync(PostgresOptions options) =>
        new PostgresDatabase(new PostgresConnector(options), TimeProvider.System).BeginVolumeBackupAsync("runai-dr-nightly", CancellationToken.None);

    private static async Task RefusesAsync(PostgresOptions options, string message)
    {
        var fault = await Assert.ThrowsAsync<RunAiDrException>(() => BeginAsync(options));
        Assert.Equal(Fault.Snapshot, fault.Fault);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static async Task<string> TablespaceAsync(PostgresServer server, string name, string path)
    {
        var folder = Directory.CreateDirectory(Path.GetFullPath(Path.Combine(server.DataDirectory, path))).FullName;
        PostgresServer.Give(folder);
        await server.ExecuteAsync("postgres", $"CREATE TABLESPACE {name} LOCATION '{folder}'");
        return folder;
    }

    private Task CreateRoleAsync(string name) => postgres.Server.ExecuteAsync(
        "postgres", $"CREATE ROLE {name} LOGIN PASSWORD '{PostgresServer.Password}'; GRANT pg_read_all_data TO {name}");
}
