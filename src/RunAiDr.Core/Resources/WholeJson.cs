using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace RunAiDr.Core.Resources;

/// <summary>
/// Reads JSON strictly: the framework tells of a text that is none (half a surrogate pair, bytes that are no UTF-8) and of
/// a key that is there twice only when somebody asks for it, and not as a <see cref="JsonException"/>.
/// </summary>
public static class WholeJson
{
    // Schemas inside CustomResourceDefinitions nest deeper than the 64 levels that System.Text.Json takes by default.
    private const int MaxDepth = 1000;

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth };

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>One JSON object.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonObject ReadObject(ReadOnlySpan<byte> json) =>
        Value(json) as JsonObject ?? throw new JsonException("not an object");

    /// <summary>As <see cref="ReadObject"/>, of JSON whose texts were looked at already.</summary>
    public static JsonNode? Checked(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: Strict);

    /// <summary>Any JSON value.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonNode? Value(ReadOnlySpan<byte> json)
    {
        var reader = Reader(json);
        while (Next(ref reader))
        {
            // Each text is looked at.
        }

        return Checked(json);
    }

    /// <summary>To be moved by <see cref="Next"/> and <see cref="Skip"/> only.</summary>
    /// <exception cref="JsonException">It is no UTF-8.</exception>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> json) =>
        Utf8.IsValid(json) ? new Utf8JsonReader(json, ReaderOptions) : throw new JsonException("not UTF-8");

    /// <summary>Reads the next token; false at the end.</summary>
    public static bool Next(ref Utf8JsonReader reader)
    {
        var more = reader.Read();
        if (more && reader.ValueIsEscaped && reader.ValueSpan.IndexOf("\\u"u8) >= 0)
        {
            RefuseHalfPairs(ref reader);
        }

        return more;
    }

    /// <summary>Steps over the value that the reader stands at, or that follows the name it stands at.</summary>
    public static void Skip(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            Next(ref reader);
        }

        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            while (Next(ref reader) && reader.CurrentDepth > depth)
            {
                // Inside.
            }
        }
    }

    private static void RefuseHalfPairs(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
        }
        catch (InvalidOperationException failure)
        {
            throw new JsonException("half of a surrogate pair", failure);
        }
    }
}
