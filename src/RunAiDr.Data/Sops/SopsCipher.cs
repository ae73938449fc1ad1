using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.Yaml;
using RunAiDr.Data.Age;
using RunAiDr.Data.Dumps;

namespace RunAiDr.Data.Sops;

/// <summary>Encrypts with the program sops, one run for each file: names stay readable, values do not.</summary>
public sealed class SopsCipher : ISecretCipher
{
    public const string FileExtension = ".sops.yaml";

    private const string Metadata = "sops";
    private const string EncryptedKey = "enc";

    private readonly ProgramCall _encryption;

    private SopsCipher(ProgramCall encryption) => _encryption = encryption;

    public string Extension => FileExtension;

    public IReadOnlyList<string> Recipients { get; private init; } = [];

    /// <summary>For recipients of age.</summary>
    /// <param name="recipientsFile">One a line.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The file or sops is missing, or sops does not take what is in it.</exception>
    public static async Task<SopsCipher> ForAsync(string recipientsFile, CancellationToken ct) =>
        await TriedAsync(SopsProgram.EncryptionFor(await AgeRecipients.KeysAsync(recipientsFile, Fault.Configuration, ct)), ct);

    /// <summary>For the keys that the rules of a <c>.sops.yaml</c> give to <c>secrets.sops.yaml</c> in the same folder.</summary>
    /// <param name="configFile">The rules.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">The file or sops is missing, or a key cannot be reached.</exception>
    public static Task<SopsCipher> ByAsync(string configFile, CancellationToken ct) =>
        TriedAsync(SopsProgram.EncryptionBy(configFile), ct);

    public async Task<byte[]> EncryptAsync(ReadOnlyMemory<byte> plain, CancellationToken ct) => (await SealAsync(plain, ct)).Encrypted;

    private static async Task<SopsCipher> TriedAsync(ProgramCall encryption, CancellationToken ct)
    {
        var trial = SecretValues.ToBytes([KeyValuePair.Create("trial", new SecretText("trial"))]);
        var (_, content) = await new SopsCipher(encryption).SealAsync(trial, ct);
        return new SopsCipher(encryption)
        {
            Recipients = [.. Readers(content.Map(Metadata) ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        };
    }

    private async Task<(byte[] Encrypted, JsonObject Content)> SealAsync(ReadOnlyMemory<byte> plain, CancellationToken ct)
    {
        var (encrypted, failure) = await ProgramFilter.RunAsync(_encryption, plain, ct);
        if (failure is not null)
        {
            throw Wrong($"Secrets cannot be encrypted: {failure}");
        }

        // Its rules can leave values in plain text, and nobody would see that before they are in Git.
        var content = YamlReader.Read(encrypted, "what sops wrote", Fault.Configuration) as JsonObject ?? [];
        return content.Map(Metadata) is not null && content.All(entry => entry.Key == Metadata || IsEncrypted(entry.Value))
            ? (encrypted, content)
            : throw Wrong("sops would leave values in plain text");
    }

    private static bool IsEncrypted(JsonNode? node) => node switch
    {
        JsonObject map => map.All(entry => IsEncrypted(entry.Value)),
        _ => node.AsText() is { } text && (text.Length == 0 || text.StartsWith("ENC[", StringComparison.Ordinal)),
    };

    /// <summary>Each key by its kind and what names it, whichever group it is in.</summary>
    private static IEnumerable<string> Readers(JsonObject keys) =>
        from entry in keys
        from item in (entry.Value as JsonArray ?? []).OfType<JsonObject>()
        from reader in item.ContainsKey(EncryptedKey) ? [$"{entry.Key}: {NameOf(item)}"] : Readers(item)
        select reader;

    private static string NameOf(JsonObject key) => string.Join(
        '/', key.Where(field => field.Key is not (EncryptedKey or "created_at")).Select(field => field.Value.AsText()).Where(text => !string.IsNullOrEmpty(text)));

    private static RunAiDrException Wrong(string message) =>
        new(Fault.Configuration, message, "Check secrets.recipientsFile or secrets.sopsConfigFile; `sops encrypt` by hand shows more.");
}
