using System.Text.Json;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Reading;

/// <summary>One page of a list, cut into its items without copying them.</summary>
internal sealed record ListPage(
    string Kind, string Revision, string? Continue, IReadOnlyList<ReadOnlyMemory<byte>> Items)
{
    private const int MostItems = 1_000_000; // some servers do not know pages and send everything

    /// <exception cref="JsonException">The body is not a whole JSON document, not a list, or too long.</exception>
    public static ListPage From(ReadOnlyMemory<byte> body)
    {
        var reader = WholeJson.Reader(body.Span);
        string? kind = null, revision = null, token = null;
        List<ReadOnlyMemory<byte>> items = [];
        Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject);
        while (WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("kind"u8))
            {
                kind = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                (revision, token) = ReadMetadata(ref reader);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                ReadItems(ref reader, body, items);
            }
            else
            {
                WholeJson.Skip(ref reader);
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        while (WholeJson.Next(ref reader))
        {
            // Nothing but blanks may follow: the reader throws.
        }

        return new ListPage(kind ?? "", revision ?? "", token is "" ? null : token, items);
    }

    private static (string? Revision, string? Token) ReadMetadata(ref Utf8JsonReader reader)
    {
        string? revision = null, token = null;
        Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject);
        while (WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resourceVersion"u8))
            {
                revision = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("continue"u8))
            {
                token = ReadText(ref reader);
            }
            else
            {
                WholeJson.Skip(ref reader);
            }
        }

        return (revision, token);
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> items)
    {
        WholeJson.Next(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (WholeJson.Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.StartObject && items.Count < MostItems);
            var start = (int)reader.TokenStartIndex;
            WholeJson.Skip(ref reader);
            items.Add(body[start..(int)reader.BytesConsumed]);
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        WholeJson.Next(ref reader);
        return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
    }

    private static void Expect(bool whatAListHas)
    {
        if (!whatAListHas)
        {
            throw new JsonException("not a list");
        }
    }
}
