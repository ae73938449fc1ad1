using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Secrets.Sealing;

/// <summary>
/// The plain YAML of secrets, as it is encrypted and as an operator writes it: placeholder name → text, or
/// <c>{base64: …}</c> for bytes that are no text.
/// </summary>
public static class SecretValues
{
    private const string Base64 = "base64";

    public static byte[] ToBytes(IEnumerable<KeyValuePair<string, SecretText>> values) => YamlWriter.ToBytes(new JsonObject(
        values.Select(value => KeyValuePair.Create<string, JsonNode?>(value.Key, NodeOf(value.Value)))));

    /// <param name="content">Such a text.</param>
    /// <param name="where">What it is called in messages.</param>
    /// <param name="fault">What kind of failure it is when it is none.</param>
    /// <exception cref="RunAiDrException">It is none. The message quotes nothing of it.</exception>
    public static IReadOnlyDictionary<string, SecretText> Parse(ReadOnlyMemory<byte> content, string where, Fault fault)
    {
        var document = YamlReader.ReadDocument(content, where, fault);
        if (document.Root is not JsonObject values)
        {
            throw Wrong(fault, $"{where} is not a mapping of placeholder names to values");
        }

        return values.ToDictionary(
            entry => entry.Key,
            entry => ValueOf(entry.Value)
                ?? throw Wrong(fault, $"{where}:{document.Locate(YamlDocument.PointerTo(entry.Key)).Line}: the value is neither a text nor base64"),
            StringComparer.Ordinal);
    }

    private static JsonNode NodeOf(SecretText value) => value.IsBinary
        ? new JsonObject { [Base64] = Convert.ToBase64String(value.RevealBytes()) }
        : JsonValue.Create(value.Reveal());

    private static SecretText? ValueOf(JsonNode? node) => node switch
    {
        JsonValue text when text.GetValueKind() == JsonValueKind.String => new SecretText((string)text!),
        JsonObject { Count: 1 } map when map.Text(Base64) is { } encoded => SecretText.OfBase64(encoded),
        _ => null,
    };

    private static RunAiDrException Wrong(Fault fault, string message) =>
        new(fault, message, "Write one `<placeholder name>: \"<value>\"` per line; `runai-dr plan` lists the names.");
}
