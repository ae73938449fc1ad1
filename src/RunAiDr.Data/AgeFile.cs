using RunAiDr.Core;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Dumps.Restoring;

namespace RunAiDr.Data;

/// <summary>Opens small files that were encrypted with age.</summary>
public static class AgeFile
{
    private const int Largest = 16 * 1024 * 1024;

    /// <summary>What is in it. The plain text goes through a pipe, never to disk.</summary>
    /// <param name="encrypted">The file.</param>
    /// <param name="identityFile">File of the private key; age alone reads it.</param>
    /// <param name="where">Which file, for messages.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">age is missing, or the key does not open it.</exception>
    public static async Task<byte[]> DecryptAsync(
        ReadOnlyMemory<byte> encrypted, string identityFile, string where, CancellationToken ct)
    {
        var program = Programs.OnPath("age") ?? throw new RunAiDrException(
            Fault.Configuration, $"{where} is encrypted, and the program age is not on the PATH.", "Install it (Debian: package age).");
        await using var age = ChildProgram.Start(new AgeIdentity(identityFile, program).Decryption, ct);
        var feeding = FeedAsync(encrypted, age.Input, ct);
        using var plain = new MemoryStream();
        await ByteFlow.RunAsync(age.Output, bytes => AddAsync(plain, bytes, where), ct);
        await feeding;
        return await age.FailureAsync(ct) is { } failure
            ? throw new RunAiDrException(
                Fault.Configuration, $"{where} cannot be decrypted with {identityFile}: {failure}", "Give the file of a private key whose public key it was encrypted for.")
            : plain.ToArray();
    }

    private static async Task AddAsync(MemoryStream plain, ReadOnlyMemory<byte> bytes, string where)
    {
        if (plain.Length + bytes.Length > Largest)
        {
            throw new RunAiDrException(Fault.RestorePoint, $"{where} unpacks to more than {Largest} bytes.", "No file of secrets is that large; look who changed it.");
        }

        await plain.WriteAsync(bytes, CancellationToken.None);
    }

    private static async Task FeedAsync(ReadOnlyMemory<byte> encrypted, Stream age, CancellationToken ct)
    {
        try
        {
            await age.WriteAsync(encrypted, ct);
            age.Close();
        }
        catch (IOException)
        {
            // It refused before it had read everything; its exit code tells why.
        }
    }
}
