using System.Globalization;
using Npgsql;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>Notes where a frozen server stands, and marks the point so that it can be recovered to.</summary>
internal sealed class ExternalNote(PostgresOptions server, ExternalOptions options, TimeProvider clock)
{
    public async Task<SnapshotReference> TakeAsync(
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
            Provider = SnapshotSources.External,
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
                $"{server.User} may not read which server PostgreSQL {server.Host}:{server.Port} is, so nobody could tell later whether it was recovered.",
                "Grant it EXECUTE on pg_control_system(), pg_control_checkpoint() and pg_control_recovery().");
        }

        var lsn = marked ?? fingerprint.Lsn;
        var segmentBytes = await session.ScalarAsync("SELECT pg_size_bytes(current_setting('wal_segment_size'))", ct);
        return new ExternalDatabase
        {
            Host = server.Host,
            Port = server.Port,
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

        return stanza.NewestFor(point) ?? throw tool.Failed(
            string.Create(CultureInfo.InvariantCulture, $"holds no usable backup of timeline {point.Timeline} that ended before {point.Lsn}"),
            $"Make one: {options.PgBackRestProgram} backup --stanza={name}. Then take the snapshot again.");
    }
}
