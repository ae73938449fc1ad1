using System.Globalization;
using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>
/// A PostgreSQL that others back up: nothing is copied, but where it stood is noted, so that it can be recovered to this
/// very point, and checked whether it was.
/// </summary>
public sealed class ExternalSnapshots(PostgresConnector connector, ExternalOptions options, TimeProvider clock) : ISnapshotProvider
{
    public string Name => "external";

    public async Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var outcomes = new List<SnapshotOutcome>();
        foreach (var component in request.Components)
        {
            outcomes.Add(component == SnapshotComponent.Database
                ? await TakeDatabaseAsync(request, progress, ct)
                : SnapshotOutcome.Failed(component, "The provider external is for the database and not for metrics. Choose csi for them."));
        }

        return outcomes;
    }

    public async Task<string?> CheckAsync(SnapshotReference reference, CancellationToken ct)
    {
        if (reference.External is not { } point)
        {
            return "the reference does not say where the database stood";
        }

        return point.PgBackRest is { } backup
            ? CheckBackup(point, backup, await new PgBackRest(options, backup.Stanza, clock).InfoAsync(ct))
            : await CheckServerAsync(point, ct);
    }

    /// <summary>None: backups of others are theirs.</summary>
    public Task<IReadOnlyList<OwnedSnapshot>> ListAsync(string cluster, CancellationToken ct) => Task.FromResult<IReadOnlyList<OwnedSnapshot>>([]);

    /// <summary>False: nothing was made that could be deleted.</summary>
    public Task<bool> DeleteAsync(string location, CancellationToken ct) => Task.FromResult(false);

    private async Task<SnapshotOutcome> TakeDatabaseAsync(SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        try
        {
            await using var frozen = await FrozenDatabases.OpenAsync(connector, ct);
            var database = frozen.Databases[0].Name;
            await using var session = await connector.OpenAsync(database, ct);
            var reference = await connector.RunAsync(database, () => NoteAsync(frozen, session, request.Checkpoint, progress, ct));
            return SnapshotOutcome.Taken(reference);
        }
        catch (RunAiDrException fault)
        {
            return SnapshotOutcome.Failed(SnapshotComponent.Database, $"{fault.Message} {fault.Remedy}");
        }
    }

    private async Task<SnapshotReference> NoteAsync(
        FrozenDatabases frozen, NpgsqlConnection session, string checkpoint, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var warnings = new List<string>();
        var mark = new RecoveryMark(session, warnings, clock);
        var name = RecoveryMark.NameFor(checkpoint);

        // The counted rows are those of the moment of freezing, so the mark must be near to it: before the counting.
        var standby = frozen.Databases[0].Moment.InRecovery;
        var marked = standby ? null : await mark.CreateAsync(name, ct);
        progress.Report(new SnapshotProgress(SnapshotComponent.Database, "taking the fingerprint"));
        var fingerprint = await frozen.FingerprintAsync(ct);
        var point = await PointAsync(session, fingerprint, marked, ct) with { RestorePoint = marked is null ? null : name };
        if (standby)
        {
            warnings.Add("The server is a standby, on which no named restore point can be made: recover to the LSN, up to which it had replayed.");
        }
        else
        {
            progress.Report(new SnapshotProgress(SnapshotComponent.Database, "waiting for the archive"));
            await ArchiveAsync(mark, fingerprint, point, warnings, ct);
        }

        return new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = Name,
            Checkpoint = checkpoint,
            TakenAt = fingerprint.TakenAt,
            Warnings = warnings,
            External = point with { RecoveryTarget = RecoveryMark.TargetOf(point), PgBackRest = await NewestAsync(point, ct) },
            Fingerprint = fingerprint,
        };
    }

    private async Task<ExternalDatabase> PointAsync(NpgsqlConnection session, DatabaseFingerprint fingerprint, string? marked, CancellationToken ct)
    {
        if (fingerprint is not { SystemIdentifier: { } identifier, Timeline: { } timeline })
        {
            throw new RunAiDrException(
                Fault.Snapshot,
                $"{connector.Options.User} may not read which server PostgreSQL {connector.Options.Host}:{connector.Options.Port} is, so nobody could tell later whether it was recovered.",
                "Grant it EXECUTE on pg_control_system(), pg_control_checkpoint() and pg_control_recovery().");
        }

        var lsn = marked ?? fingerprint.Lsn;
        var segmentBytes = await session.ScalarAsync("SELECT pg_size_bytes(current_setting('wal_segment_size'))", ct);
        return new ExternalDatabase
        {
            Host = connector.Options.Host,
            Port = connector.Options.Port,
            SystemIdentifier = identifier,
            Timeline = timeline,
            Lsn = lsn,
            WalSegment = segmentBytes is long size && WalPosition.TryParse(lsn, out var position) ? position.SegmentOf(timeline, size) : null,
            RecoveryTarget = "",
        };
    }

    private static async Task ArchiveAsync(
        RecoveryMark mark, DatabaseFingerprint fingerprint, ExternalDatabase point, List<string> warnings, CancellationToken ct)
    {
        if (fingerprint.Archive is not { Mode: not "off" })
        {
            warnings.Add("archive_mode is off: unless WAL is streamed to a backup, no backup can be recovered to this point.");
        }
        else if (await mark.SwitchAsync(ct) && point.WalSegment is { } segment)
        {
            await mark.WaitAsync(segment, ct);
        }
    }

    private async Task<PgBackRestBackup?> NewestAsync(ExternalDatabase point, CancellationToken ct)
    {
        if (options.PgBackRestStanza is not { } name)
        {
            return null;
        }

        var tool = new PgBackRest(options, name, clock);
        var stanza = await tool.InfoAsync(ct);
        if (stanza.Systems.Count > 0 && !stanza.Knows(point.SystemIdentifier))
        {
            throw tool.Failed($"holds backups of another server than {point.Host}:{point.Port}, whose system identifier is {point.SystemIdentifier}", "Correct the name of the stanza or the address of the server.");
        }

        return stanza.Newest(point.SystemIdentifier)
            ?? throw tool.Failed("holds no usable backup", $"Make one: {options.PgBackRestProgram} backup --stanza={name}.");
    }

    private static string? CheckBackup(ExternalDatabase point, PgBackRestBackup backup, PgBackRestStanza stanza)
    {
        if (!stanza.Lists(backup.Label))
        {
            return $"backup {backup.Label} is no longer in stanza {backup.Stanza}: it expired or was deleted";
        }

        var newest = stanza.ArchiveMax(point.SystemIdentifier);
        return point.WalSegment is not { } segment || RecoveryMark.Covers(newest, segment)
            ? null
            : $"the archive of stanza {backup.Stanza} ends with {newest ?? "nothing"}, before segment {segment} that holds {point.Lsn}";
    }

    private async Task<string?> CheckServerAsync(ExternalDatabase point, CancellationToken ct)
    {
        await using var session = await connector.OpenAsync(connector.AnyDatabase, ct);
        var (id, timeline, lsn) = await connector.RunAsync(connector.AnyDatabase, () => session.RowAsync(
            "position.sql", row => (row.GetInt64(0), row.GetInt32(1), row.GetString(2)), ct));
        var identifier = unchecked((ulong)id).ToString(CultureInfo.InvariantCulture);
        var where = $"PostgreSQL {connector.Options.Host}:{connector.Options.Port}";
        if (identifier != point.SystemIdentifier)
        {
            return $"{where} is another server: its system identifier is {identifier}, not {point.SystemIdentifier}";
        }

        var behind = timeline < point.Timeline
            || (WalPosition.TryParse(lsn, out var current) && WalPosition.TryParse(point.Lsn, out var saved) && current.CompareTo(saved) < 0);
        return behind ? $"{where} stands at {lsn} on timeline {timeline}, before the saved {point.Lsn} on timeline {point.Timeline}" : null;
    }
}
