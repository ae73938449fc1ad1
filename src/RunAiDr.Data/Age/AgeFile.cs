using RunAiDr.Core;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Age;

/// <summary>Opens small files that were encrypted with age.</summary>
public static class AgeFile
{
    /// <summary>What is in it.</summary>
    /// <param name="encrypted">The file.</param>
    /// <param name="identityFiles">Files of private keys; age alone reads them.</param>
    /// <param name="where">Which file, for messages.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">age is missing, or no key opens it.</exception>
    public static async Task<byte[]> DecryptAsync(
        ReadOnlyMemory<byte> encrypted, IReadOnlyList<string> identityFiles, string where, CancellationToken ct)
    {
        var program = Programs.OnPath("age") ?? throw new RunAiDrException(
            Fault.Configuration, $"{where} is encrypted, and the program age is not on the PATH.", "Install it (Debian: package age).");
        var (plain, failure) = await ProgramFilter.RunAsync(new AgeIdentity(identityFiles, program).Decryption, encrypted, ct);
        return failure is null ? plain : throw new RunAiDrException(
            Fault.Configuration,
            $"{where} cannot be decrypted with {string.Join(" or ", identityFiles)}: {failure}",
            "Give the file of a private key whose public key it was encrypted for.");
    }
}
