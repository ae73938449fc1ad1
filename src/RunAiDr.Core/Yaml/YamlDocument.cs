using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>A YAML document as a JSON value, and where each part of it stands in the text.</summary>
public sealed class YamlDocument
{
    private readonly string _text;

    internal YamlDocument(JsonNode? root, string text)
    {
        Root = root;
        _text = text;
    }

    public JsonNode? Root { get; }

    /// <summary>One step of a JSON pointer (RFC 6901), with its slash; steps put together are a pointer.</summary>
    public static string PointerTo(string key) =>
        $"/{key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>
    /// Line and column, from 1, of the key or list item that a JSON pointer (RFC 6901) names, of its nearest existing
    /// parent when it is not there.
    /// </summary>
    // Read again: places are asked for when something is wrong, and a list of all of them can outgrow the text by far.
    public (int Line, int Column) Locate(string jsonPath)
    {
        var parser = new Parser(new Scanner(new StringReader(_text), skipComments: true));
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            return (1, 1);
        }

        var place = parser.Current?.Start ?? Mark.Empty;
        foreach (var step in jsonPath.Split('/').Skip(1))
        {
            if (Enter(parser, step) is not { } found)
            {
                break;
            }

            place = found;
        }

        return ((int)place.Line, (int)place.Column);
    }

    /// <summary>Goes to the value of a key or to an item; null when it is not there.</summary>
    private static Mark? Enter(Parser parser, string step)
    {
        if (parser.TryConsume<SequenceStart>(out _))
        {
            for (var item = 0; !parser.Accept<SequenceEnd>(out _); item++)
            {
                if (item.ToString(CultureInfo.InvariantCulture) == step)
                {
                    return parser.Current?.Start;
                }

                parser.SkipThisAndNestedEvents();
            }
        }

        if (parser.TryConsume<MappingStart>(out _))
        {
            while (parser.TryConsume<Scalar>(out var key))
            {
                if (PointerTo(key.Value) == "/" + step)
                {
                    return key.Start;
                }

                parser.SkipThisAndNestedEvents();
            }
        }

        return null;
    }
}
