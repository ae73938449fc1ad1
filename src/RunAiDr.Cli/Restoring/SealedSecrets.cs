using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Data.Age;
using RunAiDr.Data.Sops;

namespace RunAiDr.Cli.Restoring;

/// <summary>Opens the encrypted secrets of a state tree.</summary>
/// <param name="Identities">Files of private keys.</param>
/// <param name="Mac">Proves that an export wrote them; null where its key is not at hand.</param>
/// <param name="UsesSops">What the configuration encrypts with: sops, or else age.</param>
internal sealed record SealedSecrets(IReadOnlyList<string> Identities, SecretMac? Mac, bool UsesSops)
{
    private const int Largest = 16 * 1024 * 1024;

    /// <summary>Opens files of the other program too, because the operator changes from one to the other.</summary>
    public bool Converts { get; init; }

    private string Extension => UsesSops ? SopsCipher.FileExtension : AgeCipher.FileExtension;

    /// <summary>What the files hold, in their order. Each one costs a run of a program, so several are opened at the same time.</summary>
    /// <exception cref="RunAiDrException">No key opens one of them, or it does not hold what an export wrote.</exception>
    public async Task<IReadOnlyList<(SealedFile File, IReadOnlyDictionary<string, SecretText> Values)>> OpenAsync(
        IStateTree tree, IReadOnlyList<SealedFile> files, CancellationToken ct)
    {
        // Whoever may push could add one, and with it start a program that nobody has asked for.
        if (!Converts && files.FirstOrDefault(file => file.Extension != Extension) is { } other)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                Visible.Text($"{other.Path} of {tree.Id.Abbreviated} is not encrypted as the configuration says, into {Extension} files."),
                "If exports of that time did so, set secrets.encryption as it was; otherwise look who added it (git log). --without-secrets leaves encrypted values out.");
        }

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

        var plain = file.Extension == SopsCipher.FileExtension
            ? await SopsFile.DecryptAsync(encrypted, Identities, UsesSops, where, ct)
            : await AgeFile.DecryptAsync(encrypted, Identities, where, ct);
        var values = SecretValues.Parse(plain, where, Fault.RestorePoint);
        file.Check(values, tree.Read(file.MacsPath), Mac);
        return values;
    }
}
