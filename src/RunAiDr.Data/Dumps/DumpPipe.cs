using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Age;

namespace RunAiDr.Data.Dumps;

/// <summary>One dump to be made.</summary>
/// <param name="Call">The program that writes it to its output.</param>
/// <param name="File">Name of the file.</param>
/// <param name="Database">The database in it; null for the roles.</param>
internal sealed record DumpSource(ProgramCall Call, string File, string? Database = null);

/// <summary>Streams a dump from its program, by age where it is encrypted, to the storage; nothing of it is kept on the way.</summary>
internal sealed class DumpPipe(DumpTools tools, AgeRecipients recipients, IDumpWriter writer, DumpProgress progress, IdleLimit idle)
{
    /// <exception cref="Core.RunAiDrException">It failed: it must not be used.</exception>
    public Task<DumpFile> WriteAsync(DumpSource source, CancellationToken ct) =>
        idle.RunAsync(source.File, watch => WriteAsync(source, watch, watch.Token), ct);

    private async Task<DumpFile> WriteAsync(DumpSource source, IdleWatch watch, CancellationToken ct)
    {
        using var plain = new Tally();

        // What is not encrypted is stored as it comes, and digested once.
        using var stored = recipients.Encrypts ? new Tally() : plain;
        await using var dump = ChildProgram.Start(source.Call, ct);
        dump.Input.Close();
        await using IByteSink check = source.Database is null
            ? new GlobalsCheck()
            : new ArchiveCheck(ChildProgram.Start(ArchiveCheck.Call(tools), ct));
        await using var store = await StoreAsync(source.File, stored, ct);
        await ByteFlow.RunAsync(dump.Output, Next, CancellationToken.None);
        if (await dump.FailureAsync(ct) is { } failure)
        {
            var what = source.Database is null ? "The roles cannot be dumped" : $"Database {source.Database} cannot be dumped";
            throw DumpFault.Of($"{what}. {failure}", "Mend what it says, and take the snapshot again.");
        }

        await check.EndAsync(ct);
        await store.EndAsync(ct);
        return new DumpFile(source.File, stored.Bytes, stored.Sha256(), plain.Bytes, plain.Sha256(), source.Database);

        async Task Next(ReadOnlyMemory<byte> bytes)
        {
            ct.ThrowIfCancellationRequested();
            watch.Moved();
            if (recipients.Encrypts)
            {
                plain.Add(bytes.Span);
            }

            progress.Add(bytes.Length);
            await store.WriteAsync(bytes, ct);
            watch.Moved();
            await check.WriteAsync(bytes, ct);
        }
    }

    private async Task<IByteSink> StoreAsync(string file, Tally stored, CancellationToken ct)
    {
        var sink = new StoreSink(await writer.CreateAsync(file, ct), stored);
        if (!recipients.Encrypts)
        {
            return sink;
        }

        try
        {
            return new PipedSink(ChildProgram.Start(recipients.Encryption, ct), sink, ct);
        }
        catch
        {
            await sink.DisposeAsync();
            throw;
        }
    }
}
