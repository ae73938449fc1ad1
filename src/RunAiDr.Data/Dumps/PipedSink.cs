using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Passes bytes through a program, such as age, on the way to another sink.</summary>
internal sealed class PipedSink : IByteSink
{
    private readonly ChildProgram _program;
    private readonly IByteSink _next;
    private readonly Task _storing;

    public PipedSink(ChildProgram program, IByteSink next, CancellationToken ct)
    {
        (_program, _next) = (program, next);
        _storing = StoreAsync(ct);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await _program.Input.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException failure)
        {
            // It has gone: because storing failed, because it was stopped, or for a reason of its own.
            await _storing;
            throw Failed(await _program.FailureAsync(ct), failure);
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        await CloseAsync();
        await _storing;
        if (await _program.FailureAsync(ct) is { } failure)
        {
            throw Failed(failure);
        }

        await _next.EndAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await Task.WhenAny(_storing);
        await _next.DisposeAsync();
    }

    private async Task StoreAsync(CancellationToken ct)
    {
        try
        {
            await ByteFlow.RunAsync(_program.Output, bytes => _next.WriteAsync(bytes, ct), CancellationToken.None);
        }
        catch
        {
            // Whoever writes to it would wait forever.
            _program.Kill();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await _program.Input.DisposeAsync();
        }
        catch (IOException)
        {
            // It has gone; its exit code tells.
        }
    }

    private RunAiDrException Failed(string? failure, Exception? inner = null) =>
        DumpFault.Of(failure ?? $"{_program.Name} ended before everything had passed.", $"Check that {_program.Name} works and try again.", inner);
}
