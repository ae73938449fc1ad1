namespace RunAiDr.Data.Dumps;

/// <summary>
/// Lets pg_restore read a dump as it is made, and write what it would restore to nowhere: each block must be there and
/// unpack. An archive that lacks its end is not missed, whatever pg_dump's exit code, nor when it is encrypted next.
/// </summary>
internal sealed class ArchiveCheck(ChildProgram restore) : IByteSink
{
    private bool _ended;

    public static ProgramCall Call(DumpTools tools) =>
        new(tools.Restore, ["--format=custom", "--file=/dev/null"]);

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (_ended)
        {
            return;
        }

        try
        {
            await restore.Input.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException)
        {
            // It has read what it needs, or failed; its exit code tells.
            _ended = true;
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        try
        {
            await restore.Input.DisposeAsync();
        }
        catch (IOException)
        {
            _ended = true;
        }

        if (await restore.FailureAsync(ct) is { } failure)
        {
            throw DumpFault.Of(
                $"What pg_dump wrote is no whole archive. {failure}", "Try again; see that pg_dump and pg_restore are of one version.");
        }
    }

    public ValueTask DisposeAsync() => restore.DisposeAsync();
}
