using System.Globalization;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Data.Postgres.External;

/// <summary>
/// A PostgreSQL that others back up: nothing is copied, but where it stood is noted, so that it can be recovered to this
/// very point, and checked whether it was.
/// </summary>
public sealed class ExternalSnapshots(PostgresConnector connector, ExternalOptions options, TimeProvider clock) : ISnapshotProvider
{
    public string Name => SnapshotSources.External;

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
            ? PgBackRestCheck.DefectOf(point, backup, await new PgBackRest(options, backup.Stanza, clock).InfoAsync(ct))
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
            await using var session = await connector.OpenUnlimitedAsync(database, ct);
            var note = new ExternalNote(connector.Options, options, clock);
            return SnapshotOutcome.Taken(await connector.RunAsync(database, () => note.TakeAsync(frozen, session, request.Checkpoint, progress, ct)));
        }
        catch (RunAiDrException fault)
        {
            return SnapshotOutcome.Failed(SnapshotComponent.Database, $"{fault.Message} {fault.Remedy}");
        }
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
