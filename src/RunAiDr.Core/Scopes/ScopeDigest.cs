using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace RunAiDr.Core.Scopes;

/// <summary>
/// SHA-256 of what a scope file says: comments, quoting and the order of keys do not count, the order of rules does.
/// </summary>
internal static class ScopeDigest
{
    public static string Of(YamlNode root) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson(root)?.ToJsonString() ?? "null")));

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping
            .OrderBy(entry => entry.Key.ToString(), StringComparer.Ordinal)
            .Select(entry => KeyValuePair.Create(entry.Key.ToString(), ToJson(entry.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(ToJson)]),
        _ => JsonValue.Create(((YamlScalarNode)node).Value ?? ""),
    };
}
