using System.Text.Json;
using RunAiDr.Cluster.Http;

namespace RunAiDr.Cluster.Reading;

/// <summary>One page of a list, cut into its items without copying them.</summary>
internal sealed record ListPage(
    string Kind, string Revision, string? Continue, IReadOnlyList<ReadOnlyMemory<byte>> Items)
{
    /// <exception cref="JsonException">The body is not a whole JSON document, or not a list.</exception>
    public static ListPage From(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = ApiAnswer.MaxDepth });
        string? kind = null, revision = null, token = null;
        List<ReadOnlyMemory<byte>> items = [];
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
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
                reader.Skip();
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        while (reader.Read())
        {
            // Nothing but blanks may follow: the reader throws.
        }

        return new ListPage(kind ?? "", revision ?? "", token is "" ? null : token, items);
    }

    private static (string? Revision, string? Token) ReadMetadata(ref Utf8JsonReader reader)
    {
        string? revision = null, token = null;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
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
                reader.Skip();
            }
        }

        return (revision, token);
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, List<ReadOnlyMemory<byte>> items)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        Expect(reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(reader.TokenType == JsonTokenType.StartObject);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(body[start..(int)reader.BytesConsumed]);
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
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
