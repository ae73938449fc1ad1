using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>
/// Reads YAML that somebody may have edited or forged into JSON values, by the core schema of YAML 1.2. Refused, with
/// file, line and column and without quoting the content: invalid UTF-8, raw control characters, anchors, aliases,
/// tags, merge keys, duplicate keys, keys that are no texts, nesting deeper than 200, numbers that readers disagree
/// about.
/// </summary>
public static class YamlReader
{
    /// <summary>Reads exactly one document; null when it is empty.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="where">Names the text in errors, e.g. a path.</param>
    /// <param name="fault">What kind of failure an unreadable text is.</param>
    /// <exception cref="RunAiDrException">It is not one readable document.</exception>
    public static JsonNode? Read(ReadOnlyMemory<byte> utf8, string where, Fault fault) =>
        ReadDocument(utf8, where, fault).Root;

    /// <summary>As <see cref="Read"/>, with the place of each value.</summary>
    public static YamlDocument ReadDocument(ReadOnlyMemory<byte> utf8, string where, Fault fault)
    {
        var source = new YamlSource(where, fault);
        YamlDocument? document = null;
        var text = YamlEncoding.Decode(utf8.Span, source);
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            var parser = new Parser(scanner);
            parser.Consume<StreamStart>();
            while (parser.Accept<DocumentStart>(out var start))
            {
                if (document is not null)
                {
                    throw source.Refuse(start.Start, "a second document begins here", "Keep one document in the file.");
                }

                parser.MoveNext();
                document = new YamlDocument(new YamlTree(parser, source).Read(), text);
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException failure)
        {
            var what = $"not valid YAML: {failure.Message}"; // the parser's messages hold nothing of the text
            throw source.Refuse(failure.Start, what, "Correct the text there.", failure);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            // How the parser says that a flow collection is closed by the wrong bracket, or that a tag is none.
            throw source.Refuse(scanner.CurrentPosition, "not valid YAML", "Correct the text there.", failure);
        }

        return document ?? new YamlDocument(null, text);
    }
}
