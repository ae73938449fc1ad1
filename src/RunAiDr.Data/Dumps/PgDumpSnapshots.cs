using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps;

/// <summary>Snapshots of the database by <c>pg_dump</c>: roles, tablespaces and every database of the scope, in files of a folder or bucket.</summary>
public sealed class PgDumpSnapshots : ISnapshotProvider, IDisposable
{
    private const string NotOurs = "the reference does not name a dump";
    private const int LargestReference = 64 * 1024 * 1024;

    private readonly PostgresConnector _connector;
    private readonly DumpOptions _options;
    private readonly TimeProvider _clock;
    private readonly IDumpStorage _storage;

    /// <exception cref="RunAiDrException">Not exactly one storage is configured.</exception>
    public PgDumpSnapshots(PostgresConnector connector, DumpOptions options, TimeProvider clock)
        : this(connector, options, clock, StorageOf(options, clock))
    {
    }

    internal PgDumpSnapshots(PostgresConnector connector, DumpOptions options, TimeProvider clock, IDumpStorage storage) =>
        (_connector, _options, _clock, _storage) = (connector, options, clock, storage);

    public string Name => SnapshotSources.PgDump;

    public async Task<IReadOnlyList<SnapshotOutcome>> TakeAsync(
        SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        var outcomes = new List<SnapshotOutcome>();
        foreach (var component in request.Components)
        {
            outcomes.Add(component == SnapshotComponent.Database
                ? await DumpAsync(request, progress, ct)
                : SnapshotOutcome.Failed(component, "pg_dump keeps databases only. Configure another provider for the metrics."));
        }

        return outcomes;
    }

    public async Task<string?> CheckAsync(SnapshotReference reference, CancellationToken ct)
    {
        if (Target(reference) is not var (folder, dump))
        {
            return NotOurs;
        }

        var stored = await _storage.FindAsync(folder, ct);
        return stored is null ? $"{_storage.Root}/{folder} is not there" : ReadBack.DefectOf(dump, stored);
    }

    /// <summary>As <see cref="CheckAsync"/>, and reads every byte again to compare it with the digest of the reference.</summary>
    /// <exception cref="RunAiDrException">The storage cannot be reached or refuses.</exception>
    public async Task<string?> VerifyAsync(SnapshotReference reference, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        if (await CheckAsync(reference, ct) is { } defect)
        {
            return defect;
        }

        if (Target(reference) is not var (folder, dump))
        {
            return NotOurs;
        }

        var told = new DumpProgress(progress, _clock);
        foreach (var file in dump.Files)
        {
            told.Begin($"{file.Name}: reading", file.Bytes);
            await using var stored = await _storage.OpenAsync(folder, file.Name, ct);
            if (await ReadBack.MismatchAsync(stored, file, told, ct) is { } mismatch)
            {
                return mismatch;
            }
        }

        return null;
    }

    /// <summary>The bytes of a file as they are stored, encrypted where the dump is. They are not compared with their digest.</summary>
    /// <exception cref="RunAiDrException">The reference does not name the file, or it cannot be read.</exception>
    public Task<Stream> OpenAsync(SnapshotReference reference, string fileName, CancellationToken ct) =>
        Target(reference) is var (folder, dump) && dump.Files.Any(file => file.Name == fileName)
            ? _storage.OpenAsync(folder, fileName, ct)
            : throw DumpFault.Of($"{fileName} is no file of the dumps in {reference.Location}.", "Choose another restore point.");

    public async Task<IReadOnlyList<OwnedSnapshot>> ListAsync(string cluster, CancellationToken ct)
    {
        var owned = new List<OwnedSnapshot>();
        foreach (var stored in await _storage.ListAsync(cluster, ct))
        {
            owned.Add(await OwnedAsync(stored, ct));
        }

        return owned;
    }

    public Task<bool> DeleteAsync(string location, CancellationToken ct) =>
        DumpFolder.At(location) is { } folder && location == $"{_storage.Root}/{folder}"
            ? _storage.DeleteAsync(folder, ct)
            : throw DumpFault.Of(
                $"{location} is no folder of dumps below {_storage.Root}. Nothing was deleted.", "Delete it by hand if it is not needed, or configure the storage that it is in.");

    public void Dispose() => _storage.Dispose();

    private static IDumpStorage StorageOf(DumpOptions options, TimeProvider clock) => options switch
    {
        { Directory: { } directory, S3: null } => new DirectoryStorage(directory),
        { Directory: null, S3: { } bucket } => new S3Storage(bucket, new IdleLimit(options.LongestIdle, clock)),
        _ => throw new RunAiDrException(
            Fault.Configuration, "Dumps need one place to be kept in.", "Configure either a directory or an S3 bucket."),
    };

    private async Task<SnapshotOutcome> DumpAsync(SnapshotRequest request, IProgress<SnapshotProgress> progress, CancellationToken ct)
    {
        try
        {
            var run = new DumpRun(_connector, _options, _storage, new DumpProgress(progress, _clock), new IdleLimit(_options.LongestIdle, _clock));
            return SnapshotOutcome.Taken(await run.RunAsync(request, ct));
        }
        catch (RunAiDrException fault)
        {
            ct.ThrowIfCancellationRequested();
            return SnapshotOutcome.Failed(SnapshotComponent.Database, $"{fault.Message} {fault.Remedy}");
        }
    }

    // Names in a reference come from Git: none of them may lead out of the folder.
    private static (DumpFolder Folder, DumpSet Dump)? Target(SnapshotReference reference) =>
        reference is { Provider: SnapshotSources.PgDump, Dump: { } dump }
        && dump.Files.All(file => DumpFolder.IsLegal(file.Name))
        && DumpFolder.At(reference.Location) is { } folder
            ? (folder, dump)
            : null;

    private async Task<OwnedSnapshot> OwnedAsync(StoredDumps stored, CancellationToken ct)
    {
        var owned = new OwnedSnapshot(
            $"{_storage.Root}/{stored.Folder}",
            stored.Folder.Checkpoint,
            SnapshotComponent.Database,
            stored.ChangedAt,
            stored.Files.Values.Sum(),
            "it is half-made: its making was interrupted, or goes on");
        if (!stored.IsWhole)
        {
            return owned;
        }

        try
        {
            var reference = await ReferenceInAsync(stored, ct);
            return owned with
            {
                TakenAt = reference.TakenAt,
                Defect = reference.Dump is { } dump ? ReadBack.DefectOf(dump, stored) : NotOurs,
            };
        }
        catch (RunAiDrException damage) when (damage.Fault == Fault.RestorePoint)
        {
            return owned with { Defect = damage.Message };
        }
    }

    private async Task<SnapshotReference> ReferenceInAsync(StoredDumps stored, CancellationToken ct)
    {
        var where = $"{_storage.Root}/{stored.Folder}/{DumpFiles.Reference}";
        if (stored.Files[DumpFiles.Reference] > LargestReference)
        {
            throw new RunAiDrException(Fault.RestorePoint, $"{where} is too large to be a reference.", "Look into it.");
        }

        await using var stream = await _storage.OpenAsync(stored.Folder, DumpFiles.Reference, ct);
        using var content = new MemoryStream();
        await ByteFlow.RunAsync(stream, bytes => content.WriteAsync(bytes, ct).AsTask(), ct);
        return SnapshotReference.Parse(content.ToArray(), where);
    }
}
