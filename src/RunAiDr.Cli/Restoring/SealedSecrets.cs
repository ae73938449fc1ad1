using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Data.Age;
using RunAiDr.Data.Sops;

namespace RunAiDr.Cli.Restoring;

/// <summary>Opens the encrypted secrets of a state tree.</summary>
/// <param name="Identities">Files of private keys.</param>
/// <param name="Mac">Proves that an export wrote them; null where its key is not at hand.</param>
internal sealed record SealedSecrets(IReadOnlyList<string> Identities, SecretMac? Mac)
{
    private const int Largest = 16 * 1024 * 1024;

    private static readonly Dictionary<string, Func<ReadOnlyMemory<byte>, IReadOnlyList<string>, string, CancellationToken, Task<byte[]>>> Openers =
        new(StringComparer.Ordinal) { [AgeCipher.FileExtension] = AgeFile.DecryptAsync, [SopsCipher.FileExtension] = SopsFile.DecryptAsync };

    /// <summary>What the files hold, in their order. Each one costs a run of a program, so several are opened at the same time.</summary>
    /// <exception cref="RunAiDrException">No key opens one of them, or it does not hold what an export wrote.</exception>
    public async Task<IReadOnlyList<(SealedFile File, IReadOnlyDictionary<string, SecretText> Values)>> OpenAsync(
        IStateTree tree, IReadOnlyList<SealedFile> files, CancellationToken ct)
    {
        var opened = new (SealedFile, IReadOnlyDictionary<string, SecretText>)[files.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount, CancellationToken = ct };
        await Parallel.ForAsync(0, files.Count, options, async (i, stop) => opened[i] = (files[i], await OpenAsync(tree, files[i], stop)));
        return opened;
    }

    private async Task<IReadOnlyDictionary<string, SecretText>> OpenAsync(IStateTree tree, SealedFile file, CancellationToken ct)
    {
        var where = $"{file.Path} of {tree.Id.Abbreviated}";
        var encrypted = tree.Read(file.Path) ?? [];
        if (encrypted.Length > Largest)
        {
            throw new RunAiDrException(Fault.RestorePoint, $"{where} has more than {Largest} bytes.", "No file of secrets is that large; look who changed it.");
        }

        var plain = await Openers[file.Extension](encrypted, Identities, where, ct);
        var values = SecretValues.Parse(plain, where, Fault.RestorePoint);
        file.Check(values, tree.Read(file.MacsPath), Mac);
        return values;
    }
}
