using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using YamlDotNet.RepresentationModel;

namespace RunAiDr.Tests.Core.Yaml;

[Properties(Arbitrary = [typeof(JsonValues)], MaxTest = 1000)]
public class YamlRoundTripTests
{
    [Property]
    public bool What_is_written_is_read_back(JsonNode node) =>
        JsonValues.Same(node, YamlReader.Read(YamlWriter.ToBytes(node), "test", Fault.Repository));

    [Property]
    public bool The_text_depends_on_the_content_and_not_on_the_order_of_keys(JsonNode node) =>
        YamlWriter.ToBytes(node).AsSpan().SequenceEqual(YamlWriter.ToBytes(Reversed(node)));

    [Property]
    public bool The_text_is_the_same_for_parsed_and_for_built_json(JsonNode node) =>
        YamlWriter.ToBytes(node).AsSpan().SequenceEqual(YamlWriter.ToBytes(JsonNode.Parse(node.ToJsonString())));

    [Property]
    public bool A_reader_that_knows_nothing_of_ours_finds_the_same_texts(JsonNode node)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(Encoding.UTF8.GetString(YamlWriter.ToBytes(node))));
        return Matches(node, stream.Documents[0].RootNode);
    }

    [Property]
    public bool No_line_ends_in_anything_but_a_line_feed(JsonNode node)
    {
        var text = Encoding.UTF8.GetString(YamlWriter.ToBytes(node));
        return text.EndsWith('\n') && text.IndexOfAny(['\r', '\u0085', '\u2028', '\u2029', '\ufeff', '\0']) < 0;
    }

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Reverse().Select(pair => KeyValuePair.Create(pair.Key, Reversed(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Reversed)]),
        _ => node?.DeepClone(),
    };

    private static bool Matches(JsonNode? json, YamlNode yaml) => (json, yaml) switch
    {
        (JsonObject map, YamlMappingNode other) => map.Count == other.Children.Count
            && map.All(pair => Matches(pair.Value, other.Children[new YamlScalarNode(pair.Key)])),
        (JsonArray list, YamlSequenceNode other) => list.Count == other.Children.Count
            && list.Zip(other.Children).All(pair => Matches(pair.First, pair.Second)),
        (JsonValue value, YamlScalarNode scalar) when value.GetValueKind() == JsonValueKind.String =>
            value.GetValue<string>() == scalar.Value,
        (_, YamlScalarNode scalar) => (json?.ToJsonString() ?? "null") == scalar.Value,
        _ => false,
    };
}
