using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Age;

namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>Reads the files of one set of dumps, by age where they are encrypted; nothing of them is kept on the way.</summary>
internal sealed class DumpArchives(PgDumpSnapshots dumps, SnapshotReference reference, AgeIdentity? identity, DumpProgress progress, IdleLimit idle)
{
    private const int LargestText = 64 * 1024 * 1024;
    private const string Remedy = "Mend what it says and restore again.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Lets pg_restore read a whole file. The digest of what was stored is taken on the way.</summary>
    /// <param name="file">Which.</param>
    /// <param name="restore">pg_restore, or psql where its script has to be changed.</param>
    /// <param name="script">pg_restore that prints the script for psql; null where it restores by itself.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The program failed, or the bytes are not those that were saved.</exception>
    public async Task ReadAsync(DumpFile file, ProgramCall restore, ProgramCall? script, CancellationToken ct)
    {
        await using var program = ChildProgram.Start(restore, ct);
        var sink = new ProgramSink(program);
        await PassAsync(file, script is null ? sink : new PipedSink(ChildProgram.Start(script, ct), new OlderServerSink(sink), ct), sink, ct);

        // What follows the last byte, such as building indexes, takes as long as it takes.
        if (await program.FailureAsync(ct) is { } failure)
        {
            throw DumpFault.Of(failure, Remedy);
        }
    }

    /// <summary>A whole file as text.</summary>
    /// <exception cref="RunAiDrException">It is none, or not the one that was saved.</exception>
    public async Task<string> TextAsync(DumpFile file, CancellationToken ct)
    {
        var content = new MemorySink(LargestText);
        await PassAsync(file, content, null, ct);
        try
        {
            return Strict.GetString(content.Content);
        }
        catch (DecoderFallbackException failure)
        {
            throw DumpFault.Of($"{file.Name} is not in UTF-8.", "Restore the roles by hand with psql.", failure);
        }
    }

    /// <summary>What a program prints about a file, of which it need not read all.</summary>
    /// <exception cref="RunAiDrException">The program failed.</exception>
    public Task<string> AskAsync(DumpFile file, ProgramCall reader, CancellationToken ct) => idle.RunAsync(file.Name, async watch =>
    {
        await using var program = ChildProgram.Start(reader, watch.Token);
        using var output = new StreamReader(program.Output);
        var printed = output.ReadToEndAsync(CancellationToken.None);
        var sink = new ProgramSink(program);
        await using var entry = Entry(sink, watch.Token);
        await using var stored = await dumps.OpenAsync(reference, file.Name, watch.Token);
        if (await FlowAsync(stored, bytes => entry.WriteAsync(bytes, watch.Token), () => sink.Ended, watch))
        {
            await entry.EndAsync(watch.Token);
        }

        return await program.FailureAsync(watch.Token) is { } failure
            ? throw DumpFault.Of(failure, "Choose another restore point.")
            : await printed;
    }, ct);

    // Disposes the sink.
    private Task<bool> PassAsync(DumpFile file, IByteSink sink, ProgramSink? last, CancellationToken ct) => idle.RunAsync(file.Name, async watch =>
    {
        await using var stop = watch.Token.Register(() => last?.Program.Kill());
        using var tally = new Tally();
        await using var entry = Entry(sink, watch.Token);
        await using var stored = await dumps.OpenAsync(reference, file.Name, watch.Token);
        var whole = await FlowAsync(stored, Next, () => last?.Ended == true, watch);
        if (!whole && last is not null && await last.Program.FailureAsync(watch.Token) is { } failure)
        {
            throw DumpFault.Of(failure, Remedy);
        }

        await FlowAsync(stored, Next, () => false, watch);
        await entry.EndAsync(watch.Token);
        return tally.Bytes == file.Bytes && tally.Sha256() == file.Sha256
            ? true
            : throw DumpFault.Of($"The bytes of {file.Name} are not those that were saved.", "Check the storage, or choose another restore point.");

        Task Next(ReadOnlyMemory<byte> bytes)
        {
            tally.Add(bytes.Span);
            progress.Add(bytes.Length);
            return entry.WriteAsync(bytes, watch.Token);
        }
    }, ct);

    private IByteSink Entry(IByteSink sink, CancellationToken ct) =>
        identity is null ? sink : new PipedSink(ChildProgram.Start(identity.Decryption, ct), sink, ct);

    /// <summary>False when it was left before the end.</summary>
    private static async Task<bool> FlowAsync(Stream stored, Func<ReadOnlyMemory<byte>, Task> next, Func<bool> enough, IdleWatch watch)
    {
        var buffer = new byte[64 * 1024];
        while (!enough())
        {
            var count = await stored.ReadAsync(buffer, watch.Token);
            if (count == 0)
            {
                return true;
            }

            watch.Moved();
            await next(buffer.AsMemory(0, count));
            watch.Moved();
        }

        return false;
    }
}
