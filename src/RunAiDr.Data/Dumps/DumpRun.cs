using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Age;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Data.Dumps;

/// <summary>One snapshot by pg_dump: everything that can be wrong beforehand is found before anything is written.</summary>
internal sealed class DumpRun(PostgresConnector connector, DumpOptions options, IDumpStorage storage, DumpProgress progress, IdleLimit idle)
{
    // Shorter than no byte may move: pg_dump knows what it waits for.
    private static readonly string[] Patience = ["--no-password", "--lock-wait-timeout=4min"];

    private readonly List<string> _warnings = [];

    /// <exception cref="RunAiDrException">It failed, and nothing of it is left.</exception>
    public async Task<SnapshotReference> RunAsync(SnapshotRequest request, CancellationToken ct)
    {
        progress.Begin("preparing");
        var folder = Folder(request);
        var tools = await DumpTools.FindAsync(options.ProgramFolder, ct);
        var recipients = options.RecipientsFile is { } file
            ? await AgeRecipients.ReadAsync(file, Programs.OnPath("age"), Fault.Snapshot, ct) : AgeRecipients.None;
        await using var databases = await FrozenDatabases.OpenAsync(connector, ct);
        tools.EnsureReads(databases.Databases[0].Connection.PostgreSqlVersion);
        var snapshots = databases.Databases.ToDictionary(database => database.Name, database => database.SnapshotId);
        progress.Begin("counting rows");
        var fingerprint = await databases.FingerprintAsync(ct);
        var globals = await GlobalsAsync(databases.Databases[0], tools, recipients, ct);
        var sources = fingerprint.Databases.Select(database => Source(database.Name, snapshots[database.Name], tools, recipients));

        await using var writer = await storage.BeginAsync(folder, ct);
        var pipe = new DumpPipe(tools, recipients, writer, progress, idle);
        var files = new List<DumpFile>();
        foreach (var source in sources.Prepend(globals))
        {
            files.Add(await KeepAsync(source, pipe, writer, SizeOf(source, fingerprint), ct));
        }

        var reference = ReferenceTo(folder, fingerprint, new DumpSet(tools.Version, recipients.Keys, files));
        await writer.CommitAsync(reference.ToBytes(), ct);
        return reference;
    }

    private static DumpFolder Folder(SnapshotRequest request)
    {
        var folder = new DumpFolder(request.Cluster, request.Checkpoint);
        return DumpFolder.IsLegal(folder.Cluster) && DumpFolder.IsLegal(folder.Name) && !folder.IsPartial
            ? folder
            : throw DumpFault.Of($"{folder} cannot be the name of a folder of dumps.", $"Choose a name without '/', that does not begin with '.' nor end with {DumpFolder.PartialSuffix}.");
    }

    private static long? SizeOf(DumpSource source, DatabaseFingerprint fingerprint) =>
        fingerprint.Databases.FirstOrDefault(database => database.Name == source.Database)?.Bytes;

    private async Task<DumpFile> KeepAsync(DumpSource source, DumpPipe pipe, IDumpWriter writer, long? size, CancellationToken ct)
    {
        var what = source.Database ?? "roles";
        progress.Begin($"{what}: dumping", size);
        var file = await pipe.WriteAsync(source, ct);
        progress.Begin($"{what}: reading back", file.Bytes);
        await using var stored = await writer.OpenAsync(file.Name, ct);
        return await ReadBack.MismatchAsync(stored, file, progress, ct) is { } mismatch
            ? throw DumpFault.Of($"What was read back from {storage.Root} is not what was written: {mismatch}.", "Check the storage, and take the snapshot again.")
            : file;
    }

    // Verifiers of passwords are secrets too: they are in encrypted dumps only.
    private async Task<DumpSource> GlobalsAsync(FrozenDatabase first, DumpTools tools, AgeRecipients recipients, CancellationToken ct)
    {
        var readable = await connector.RunAsync(first.Name, () => first.Connection.RowAsync("password-right.sql", row => row.GetBoolean(0), ct));
        if (!recipients.Encrypts)
        {
            _warnings.Add("The dumps are not encrypted, so the passwords of roles are not in them: after a restore, give the roles passwords again.");
        }
        else if (!readable)
        {
            _warnings.Add($"The passwords of roles are not in the dumps, as {connector.Options.User} may not read pg_authid: after a restore, give the roles passwords again.");
        }

        string[] passwords = recipients.Encrypts && readable ? [] : ["--no-role-passwords"];
        var call = Call(tools.DumpAll, ["--globals-only", $"--database={LibpqEnvironment.ConnectionText(first.Name)}", .. passwords, .. Patience], first.Name);
        return new DumpSource(call, DumpFiles.Globals(recipients));
    }

    private DumpSource Source(string database, string snapshot, DumpTools tools, AgeRecipients recipients)
    {
        var call = Call(tools.Dump, ["--format=custom", $"--snapshot={snapshot}", $"--dbname={LibpqEnvironment.ConnectionText(database)}", .. Patience], database);
        return new DumpSource(call, DumpFiles.Of(database, recipients), database);
    }

    private ProgramCall Call(string program, IReadOnlyList<string> arguments, string database)
    {
        var password = connector.Options.Password?.Invoke()?.Reveal();
        return new ProgramCall(program, arguments)
        {
            Environment = LibpqEnvironment.For(connector.Options, password, database),
            Secret = password,
        };
    }

    private SnapshotReference ReferenceTo(DumpFolder folder, DatabaseFingerprint fingerprint, DumpSet dump)
    {
        if (fingerprint.Databases.Count > 1)
        {
            _warnings.Add($"Each database is as of one moment, but not of the same: {string.Join(", ", fingerprint.Databases.Select(database => database.Name))}.");
        }

        return new SnapshotReference
        {
            Component = SnapshotComponent.Database,
            Provider = SnapshotSources.PgDump,
            Checkpoint = folder.Checkpoint,
            TakenAt = fingerprint.TakenAt,
            Location = $"{storage.Root}/{folder}",
            Warnings = _warnings,
            Dump = dump,
            Fingerprint = fingerprint,
        };
    }
}
