using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>
/// The files of encrypted secrets: for a document <c>values/runai-backend.yaml</c> with secrets
/// <c>secrets/values/runai-backend.age</c> (or what the cipher calls it), and beside it <c>….macs.yaml</c>, which tells
/// without a private key whether they changed, and <c>….seal</c>, which tells whether the encrypted file is still the one
/// that an export made. <see cref="RecipientsPath"/> says for whom all of them are encrypted.
/// </summary>
public static class SealedFiles
{
    public const string RecipientsPath = StateFolder.Secrets + "recipients.yaml";

    private const string MacsExtension = ".macs.yaml";
    private const string SealExtension = ".seal";

    private static readonly string[] Endings = [".age", ".sops.yaml", MacsExtension, SealExtension];

    /// <summary>Path of the encrypted secrets of a document.</summary>
    /// <param name="path">Path of the document.</param>
    /// <param name="extension">That of the cipher.</param>
    public static string PathOf(string path, string extension) => Beside(path) + extension;

    public static string MacsPathOf(string path) => Beside(path) + MacsExtension;

    public static string SealPathOf(string path) => Beside(path) + SealExtension;

    public static bool IsSeal(string path) =>
        path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) && path.EndsWith(SealExtension, StringComparison.Ordinal);

    public static bool IsMacs(string path) =>
        path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) && path.EndsWith(MacsExtension, StringComparison.Ordinal);

    /// <summary>Path of the document whose secrets or MACs a file holds; null for a file that holds neither.</summary>
    public static string? DocumentOf(string path) =>
        path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal)
        && Array.Find(Endings, ending => path.EndsWith(ending, StringComparison.Ordinal)) is { } ending
            ? $"{path.AsSpan(StateFolder.Secrets.Length, path.Length - StateFolder.Secrets.Length - ending.Length)}.yaml"
            : null;

    /// <summary>Whether a file changed with another: the secrets of a document do with it, and what is encrypted with their MACs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="changed">All files that changed.</param>
    public static bool IsToldByAnother(string path, IReadOnlySet<string> changed) =>
        DocumentOf(path) is { } document
        && (IsSeal(path) || changed.Contains(document) || (!IsMacs(path) && changed.Contains(MacsPathOf(document))));

    /// <summary>Placeholder name → MAC, as YAML.</summary>
    public static byte[] Macs(IEnumerable<KeyValuePair<string, SecretText>> secrets, SecretMac mac) => YamlWriter.ToBytes(new JsonObject(
        secrets.Select(secret => KeyValuePair.Create<string, JsonNode?>(secret.Key, mac.Of(secret.Key, secret.Value)))));

    /// <summary>MAC of an encrypted file: public keys are all that it takes to make another.</summary>
    /// <param name="path">Its path, so that it serves in no other place.</param>
    /// <param name="encrypted">Its content.</param>
    /// <param name="mac">With the key.</param>
    public static byte[] Seal(string path, byte[] encrypted, SecretMac mac) =>
        Encoding.ASCII.GetBytes(mac.Of(path, SecretText.Of(encrypted)) + "\n");

    /// <summary>For whom the secrets of a state tree are encrypted, and into which kind of files.</summary>
    public static byte[] Recipients(ISecretCipher cipher) => YamlWriter.ToBytes(new JsonObject
    {
        ["extension"] = cipher.Extension,
        ["recipients"] = new JsonArray([.. cipher.Recipients.Select(recipient => JsonValue.Create(recipient))]),
    });

    /// <summary>Which kind of files a <see cref="RecipientsPath"/> tells of; null when it tells none.</summary>
    /// <exception cref="RunAiDrException">It is no YAML.</exception>
    public static string? ExtensionIn(byte[] recipients) =>
        (YamlReader.Read(recipients, RecipientsPath, Fault.RestorePoint) as JsonObject)?.Text("extension");

    // As placeholder names begin: the document without its extension.
    private static string Beside(string path) => StateFolder.Secrets + Path.ChangeExtension(path, null);
}
