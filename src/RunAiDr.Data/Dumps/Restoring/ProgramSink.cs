namespace RunAiDr.Data.Dumps.Restoring;

/// <summary>Bytes for a program, which may end before it has read them all: it knows where an archive ends.</summary>
internal sealed class ProgramSink(ChildProgram program) : IByteSink
{
    public ChildProgram Program => program;

    /// <summary>Whether it reads no more.</summary>
    public bool Ended { get; private set; }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        if (Ended)
        {
            return;
        }

        try
        {
            await program.Input.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException)
        {
            Ended = true;
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        try
        {
            await program.Input.DisposeAsync();
        }
        catch (IOException)
        {
            Ended = true;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Keeps what comes.</summary>
internal sealed class MemorySink(int most) : IByteSink
{
    private readonly MemoryStream _content = new();

    public ReadOnlySpan<byte> Content => _content.GetBuffer().AsSpan(0, (int)_content.Length);

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => _content.Length + bytes.Length <= most
        ? _content.WriteAsync(bytes, ct).AsTask()
        : throw DumpFault.Of("The file of roles is too large to be one.", "Look into it.");

    public Task EndAsync(CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
