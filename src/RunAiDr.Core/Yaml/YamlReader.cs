using System.Text;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RunAiDr.Core.Yaml;

/// <summary>
/// Reads YAML that somebody may have edited or forged into JSON values, by the core schema of YAML 1.2. Refused, with
/// file, line and column and without quoting the content: invalid UTF-8, anchors, aliases, tags, merge keys, duplicate
/// keys, keys that are no texts, nesting deeper than 200, numbers that readers disagree about.
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

    /// <summary>As <see cref="Read"/>, and remembers where each value stands.</summary>
    public static YamlDocument ReadDocument(ReadOnlyMemory<byte> utf8, string where, Fault fault)
    {
        var source = new YamlSource(where, fault);
        var documents = ReadStream(utf8, source, single: true);
        return documents.Count == 1 ? documents[0] : new YamlDocument(null, []);
    }

    /// <summary>Reads every document of a stream, empty ones as null.</summary>
    /// <exception cref="RunAiDrException">A document is not readable.</exception>
    public static IReadOnlyList<JsonNode?> ReadAll(ReadOnlyMemory<byte> utf8, string where, Fault fault) =>
        [.. ReadStream(utf8, new YamlSource(where, fault), single: false).Select(document => document.Root)];

    private static List<YamlDocument> ReadStream(ReadOnlyMemory<byte> utf8, YamlSource source, bool single)
    {
        var documents = new List<YamlDocument>();
        try
        {
            var parser = new Parser(new Scanner(new StringReader(Decode(utf8.Span, source)), skipComments: true));
            parser.Consume<StreamStart>();
            while (parser.Accept<DocumentStart>(out var start))
            {
                if (single && documents.Count == 1)
                {
                    throw source.Refuse(start.Start, "a second document begins here", "Keep one document in the file.");
                }

                parser.MoveNext();
                documents.Add(new YamlTree(parser, source).ReadDocument());
                parser.Consume<DocumentEnd>();
            }
        }
        catch (YamlException failure)
        {
            throw source.Refuse(failure.Start, $"not valid YAML: {failure.Message}", "Correct the text there.", failure);
        }

        return documents;
    }

    private static string Decode(ReadOnlySpan<byte> utf8, YamlSource source)
    {
        var mark = Encoding.UTF8.Preamble;
        utf8 = utf8.StartsWith(mark) ? utf8[mark.Length..] : utf8;
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException failure)
        {
            var before = utf8[..Math.Clamp(failure.Index, 0, utf8.Length)];
            var position = new Mark(0, before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
            throw source.Refuse(position, "not valid UTF-8", "Save the text as UTF-8.", failure);
        }
    }
}
