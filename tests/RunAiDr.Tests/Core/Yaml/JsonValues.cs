using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace RunAiDr.Tests.Core.Yaml;

/// <summary>Arbitrary JSON made of what YAML writers and readers get wrong.</summary>
public static class JsonValues
{
    private static readonly string[] Atoms =
    [
        "\n", "\n", " ", "\t", ":", "#", "-", "a", "b", "?", "|", ">", "'", "\"", "\\", "{", "}", "[", "]", ",", "&", "*", "!",
        "%", "@", "`", "~", "=", "<<", "0", "1", "9", ".", "e", "E", "x", "o", "_", "+", "y", "n", "null", "true", "no", "\r",
        "\u0085", "\u2028", "\u2029", "\ufeff", "\u007f", "\0", "\u001b", "\u009f", "\u00a0", "ü", "日", "🚀", "\ufffe", "\uffff",
        "\u200b", "---", "...", "- ", ": ", " #", " *", "\n\n", "  ", "text", "#!/bin/sh\n", "0x1F", "12:30:45", "2026-03-02",
        "1e3", "0o17", ".5", ".inf", "\u3000", "e\u0301", "\U00010000", "\U0010ffff",
    ];

    private static readonly string[] LineAtoms = ["\n", "\n", " ", "  ", "a", "\t", "#", "-", ": ", "b c"];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "1.0", "1.10", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        "123456789012345678901234567890", "1e3", "1E3", "1e+21", "1E-7", "0.000001", "1.5e+300", "1e400", "-0.0", "100e-2",
    ];

    public static Gen<string> Text { get; } = Gen.Frequency(
        (4, Joined(Atoms, 6)),
        (3, Joined(LineAtoms, 10)),
        (2, Gen.Elements(Atoms)),
        (1, ArbMap.Default.GeneratorFor<string>().Select(WellFormed)),
        (1, Gen.Constant("")));

    public static Arbitrary<JsonNode> Nodes() => Arb.From(Gen.Sized(size => Node(Math.Min(size, 40))), Shrink);

    /// <summary>Equal content, numbers by their text, whatever the order of keys.</summary>
    public static bool Same(JsonNode? x, JsonNode? y) => (x, y) switch
    {
        (null, null) => true,
        (JsonObject a, JsonObject b) => a.Count == b.Count
            && a.All(pair => b.TryGetPropertyValue(pair.Key, out var other) && Same(pair.Value, other)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (JsonValue a, JsonValue b) => a.GetValueKind() == b.GetValueKind()
            && (a.GetValueKind() == JsonValueKind.String
                ? a.GetValue<string>() == b.GetValue<string>()
                : a.ToJsonString() == b.ToJsonString()),
        _ => false,
    };

    private static Gen<JsonNode> Node(int size) => size == 0 ? Leaf() : Gen.Frequency(
        (2, Leaf()),
        (2, from pairs in Gen.ListOf(Gen.Zip(Text, Node(size / 3)), 4) select (JsonNode)Map(pairs)),
        (1, from items in Gen.ListOf(Node(size / 3), 4) select (JsonNode)new JsonArray([.. items.Select(Value)])));

    private static Gen<JsonNode> Leaf() => Gen.Frequency(
        (6, Text.Select(text => (JsonNode)JsonValue.Create(text))),
        (2, Gen.Elements(Numbers).Select(text => JsonNode.Parse(text)!)),
        (1, Gen.Elements("true", "false", "{}", "[]", "[null]", "{\"a\": null}").Select(text => JsonNode.Parse(text)!)));

    private static JsonObject Map(IEnumerable<(string Key, JsonNode Value)> pairs)
    {
        var map = new JsonObject();
        foreach (var (key, value) in pairs)
        {
            map[key] = Value(value);
        }

        return map;
    }

    // Generated nodes are shared between samples; a node has one parent.
    private static JsonNode Value(JsonNode node) => node.DeepClone();

    private static Gen<string> Joined(string[] atoms, int count) =>
        Gen.ListOf(Gen.Elements(atoms), count).Select(string.Concat);

    private static string WellFormed(string? text) =>
        new([.. (text ?? "").Select(c => char.IsSurrogate(c) ? '?' : c)]);

    private static IEnumerable<JsonNode> Shrink(JsonNode node) => node switch
    {
        JsonObject map => [.. map.Select(pair => pair.Value).OfType<JsonNode>(),
            .. map.Select(pair => (JsonNode)new JsonObject { [pair.Key] = pair.Value?.DeepClone() }).Where(_ => map.Count > 1)],
        JsonArray list => [.. list.OfType<JsonNode>()],
        _ => [],
    };
}
