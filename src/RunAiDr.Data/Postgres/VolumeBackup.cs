using Npgsql;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres;

/// <summary>A backup that the server knows of as long as its session is open; closing the session ends it.</summary>
internal sealed class VolumeBackup(PostgresConnector connector, NpgsqlConnection session) : IVolumeBackup
{
    private static readonly Version Renamed = new(15, 0);

    private readonly List<string> _warnings = [];
    private DatabaseFingerprint? _fingerprint;
    private bool _started;

    public DatabaseFingerprint Fingerprint
    {
        get => _fingerprint ?? throw new InvalidOperationException("The fingerprint was not taken yet.");
        set => _fingerprint = value;
    }

    public IReadOnlyList<string> Warnings => _warnings;

    public void Warn(string warning) => _warnings.Add(warning);

    public async Task StartAsync(string label, CancellationToken ct)
    {
        var start = session.PostgreSqlVersion >= Renamed ? "SELECT pg_backup_start($1, true)" : "SELECT pg_start_backup($1, true, false)";
        await using var command = new NpgsqlCommand(start, session) { CommandTimeout = 0, Parameters = { new() { Value = label } } };
        await connector.RunAsync(connector.AnyDatabase, () => command.ExecuteScalarAsync(ct));
        _started = true;
        Warn("The volume was snapshotted during a backup: a copy of it starts only with the files of that backup, and with WAL from the archive up to its end.");
    }

    public async Task<BackupLabel?> EndAsync(CancellationToken ct)
    {
        if (!_started)
        {
            return null;
        }

        // WAL reaches the archive in its own time; waiting for the archive would hang where it is broken.
        var stop = session.PostgreSqlVersion >= Renamed ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
        await using var command = new NpgsqlCommand($"SELECT lsn::text, labelfile, spcmapfile FROM {stop}", session);
        var label = await connector.RunAsync(connector.AnyDatabase, () => LabelAsync(command, ct));
        _started = false;
        return label;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private static async Task<BackupLabel> LabelAsync(NpgsqlCommand stop, CancellationToken ct)
    {
        await using var reader = await stop.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new BackupLabel(reader.GetString(1), reader.Text(2) ?? "", reader.GetString(0));
    }
}
