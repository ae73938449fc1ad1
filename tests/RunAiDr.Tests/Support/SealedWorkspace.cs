using RunAiDr.Core;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;

namespace RunAiDr.Tests.Support;

/// <summary>Values of an operator's file, encrypted into the repository of a workspace as an export does it.</summary>
internal static class SealedWorkspace
{
    /// <param name="workspace">With an export of the sample installation.</param>
    /// <param name="secretsFile">Every value.</param>
    /// <param name="cipher">Encrypts.</param>
    public static async Task SealAsync(this EndToEndWorkspace workspace, string secretsFile, ISecretCipher cipher)
    {
        var values = SecretValues.Parse(await File.ReadAllBytesAsync(secretsFile), secretsFile, Fault.Configuration);
        var files = new Dictionary<string, byte[]> { [SealedFiles.RecipientsPath] = SealedFiles.Recipients(cipher) };
        foreach (var document in workspace.Files().Keys.Where(path => path.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            var beginning = PlaceholderNames.BeginningIn(document);
            var own = values.Where(value => value.Key.StartsWith(beginning, StringComparison.Ordinal)).ToList();
            if (own.Count > 0)
            {
                files[SealedFiles.PathOf(document, cipher.Extension)] = await cipher.EncryptAsync(SecretValues.ToBytes(own), CancellationToken.None);
                files[SealedFiles.MacsPathOf(document)] = SealedFiles.Macs(own, SealingKeys.Mac);
            }
        }

        workspace.Put(files);
    }

    /// <summary>Commits files of the cluster's folder as somebody who may push does.</summary>
    public static void Put(this EndToEndWorkspace workspace, IReadOnlyDictionary<string, byte[]> files) => workspace.Commit((folder, _) =>
    {
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
        }
    });
}
