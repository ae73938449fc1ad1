using RunAiDr.Core;

namespace RunAiDr.Data.Dumps;

/// <summary>Encrypts or decrypts on the way to another sink.</summary>
internal sealed class AgeSink : IByteSink
{
    private readonly ChildProgram _age;
    private readonly IByteSink _next;
    private readonly Task _storing;

    public AgeSink(ChildProgram age, IByteSink next, CancellationToken ct)
    {
        (_age, _next) = (age, next);
        _storing = StoreAsync(ct);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        try
        {
            await _age.Input.WriteAsync(bytes, CancellationToken.None);
        }
        catch (IOException failure)
        {
            // age has gone: because storing failed, because it was stopped, or for a reason of its own.
            await _storing;
            throw Failed(await _age.FailureAsync(ct), failure);
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        await CloseAsync();
        await _storing;
        if (await _age.FailureAsync(ct) is { } failure)
        {
            throw Failed(failure);
        }

        await _next.EndAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _age.DisposeAsync();
        await Task.WhenAny(_storing);
        await _next.DisposeAsync();
    }

    private async Task StoreAsync(CancellationToken ct)
    {
        try
        {
            await ByteFlow.RunAsync(_age.Output, bytes => _next.WriteAsync(bytes, ct), CancellationToken.None);
        }
        catch
        {
            // Whoever writes to age would wait forever.
            _age.Kill();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        try
        {
            await _age.Input.DisposeAsync();
        }
        catch (IOException)
        {
            // It has gone; its exit code tells.
        }
    }

    private static RunAiDrException Failed(string? failure, Exception? inner = null) =>
        DumpFault.Of(failure ?? "age ended before everything had passed.", "Check that age works and try again.", inner);
}
