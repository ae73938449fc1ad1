using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>Builds the JSON value of one document from the events of the parser.</summary>
internal sealed class YamlTree(IParser parser, YamlSource source)
{
    private const int DeepestNesting = 200;

    public JsonNode? Read() => ReadNode(0);

    private JsonNode? ReadNode(int depth)
    {
        if (parser.Accept<AnchorAlias>(out var alias))
        {
            throw source.Refuse(alias.Start, "an alias", "Write the value out.");
        }

        var node = parser.Consume<NodeEvent>();
        RefuseProperties(node);
        if (depth > DeepestNesting)
        {
            throw source.Refuse(node.Start, $"nested deeper than {DeepestNesting}", "Flatten the document.");
        }

        return node switch
        {
            MappingStart => ReadMap(depth),
            SequenceStart => ReadList(depth),
            Scalar scalar => CoreSchema.Resolve(scalar, source),
            _ => throw source.Refuse(node.Start, "an unexpected node", "Correct the text there."),
        };
    }

    private JsonObject ReadMap(int depth)
    {
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
            {
                var at = parser.Current?.Start ?? Mark.Empty;
                throw source.Refuse(at, "a key that is not a text", "Write the key out as a text.");
            }

            RefuseProperties(key);
            if (key is { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "<<" })
            {
                throw source.Refuse(key.Start, "a merge key", "Write the merged keys out, or quote the key.");
            }

            if (map.ContainsKey(key.Value))
            {
                throw source.Refuse(key.Start, "the key stands twice in this map", "Remove one of the two.");
            }

            map.Add(key.Value, ReadNode(depth + 1));
        }

        return map;
    }

    private JsonArray ReadList(int depth)
    {
        var list = new JsonArray();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(ReadNode(depth + 1));
        }

        return list;
    }

    private void RefuseProperties(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty)
        {
            throw source.Refuse(node.Start, "an anchor", "Remove it and write the value out where it is used.");
        }

        if (!node.Tag.IsEmpty)
        {
            throw source.Refuse(node.Start, "a tag", "Remove it; quote the value if it is a text.");
        }
    }
}
