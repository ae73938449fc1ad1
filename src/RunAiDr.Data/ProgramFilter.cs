using System.Globalization;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data;

/// <summary>
/// Passes what fits into memory through a program, by pipes alone: none of it gets to disk, into arguments or into an
/// environment.
/// </summary>
internal static class ProgramFilter
{
    private const int Largest = 16 * 1024 * 1024;

    /// <summary>What the program makes of it; or else why it failed.</summary>
    public static async Task<(byte[] Output, string? Failure)> RunAsync(ProgramCall call, ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(call.Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        await using var program = ChildProgram.Start(call, either.Token);
        var feeding = FeedAsync(input, program.Input);
        using var output = new MemoryStream();
        var isTooLong = false;
        await ByteFlow.RunAsync(
            program.Output,
            async bytes =>
            {
                isTooLong |= output.Length + bytes.Length > Largest;
                if (isTooLong)
                {
                    program.Kill();
                    return;
                }

                await output.WriteAsync(bytes, CancellationToken.None);
            },
            CancellationToken.None);
        await feeding;
        var failure = await program.FailureAsync(ct);
        return (output.ToArray(), isTooLong ? $"{program.Name} gave more than {Largest} bytes."
            : failure is not null && limit.IsCancellationRequested ? string.Create(
                CultureInfo.InvariantCulture, $"{program.Name} did not end within {call.Limit.TotalSeconds:0.#} seconds and was killed.")
            : failure);
    }

    // It ends with the program.
    private static async Task FeedAsync(ReadOnlyMemory<byte> input, Stream program)
    {
        try
        {
            await program.WriteAsync(input, CancellationToken.None);
            program.Close();
        }
        catch (IOException)
        {
            // It refused before it had read everything; its exit code tells why.
        }
    }
}
