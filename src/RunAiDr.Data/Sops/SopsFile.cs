using RunAiDr.Core;

namespace RunAiDr.Data.Sops;

/// <summary>Opens small YAML files that were encrypted with sops.</summary>
public static class SopsFile
{
    /// <summary>What is in it.</summary>
    /// <param name="encrypted">The file.</param>
    /// <param name="identityFiles">Files of private keys of age or ssh; without any, sops finds keys by its own rules.</param>
    /// <param name="findsKeys">Whether sops may use the credentials of this environment.</param>
    /// <param name="where">Which file, for messages.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">sops is missing, or no key opens it.</exception>
    public static async Task<byte[]> DecryptAsync(
        ReadOnlyMemory<byte> encrypted, IReadOnlyList<string> identityFiles, bool findsKeys, string where, CancellationToken ct)
    {
        var failures = new List<string>();
        foreach (var identityFile in identityFiles.DefaultIfEmpty(null))
        {
            // sops takes one file of keys.
            var (plain, failure) = await ProgramFilter.RunAsync(SopsProgram.Decryption(identityFile, findsKeys), encrypted, ct);
            if (failure is null)
            {
                return plain;
            }

            failures.Add(identityFile is null ? failure : $"with {identityFile}: {failure}");
        }

        throw new RunAiDrException(
            Fault.Configuration,
            $"{where} cannot be decrypted. {string.Join(' ', failures)}",
            "Give the file of a private key whose public key it was encrypted for, or what sops needs to reach another kind of key.");
    }
}
