using System.Text.Json;
using RunAiDr.Cluster.Http;

namespace RunAiDr.Cluster.Watching;

internal enum WatchLineType
{
    Changed,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>One line of a watch: what happened, to which object (the very bytes of the line), at which revision.</summary>
internal readonly record struct WatchLine(WatchLineType Type, ReadOnlyMemory<byte> Object, string Revision)
{
    /// <exception cref="JsonException">The line is not a whole watch event.</exception>
    public static WatchLine From(ReadOnlyMemory<byte> line)
    {
        var reader = new Utf8JsonReader(line.Span, new JsonReaderOptions { MaxDepth = ApiAnswer.MaxDepth });
        WatchLineType? type = null;
        ReadOnlyMemory<byte> body = default;
        string? revision = null;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ReadType(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
                var start = (int)reader.TokenStartIndex;
                revision = ReadRevision(ref reader);
                body = line[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Skip();
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && !reader.Read());
        Expect(body.Length > 0 && (type == WatchLineType.Error || revision is { Length: > 0 }));
        return new WatchLine(type ?? throw new JsonException("no type"), body, revision ?? "");
    }

    private static WatchLineType? ReadType(ref Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.String);
        return reader.ValueTextEquals("MODIFIED"u8) || reader.ValueTextEquals("ADDED"u8) ? WatchLineType.Changed
            : reader.ValueTextEquals("DELETED"u8) ? WatchLineType.Deleted
            : reader.ValueTextEquals("BOOKMARK"u8) ? WatchLineType.Bookmark
            : reader.ValueTextEquals("ERROR"u8) ? WatchLineType.Error
            : null;
    }

    /// <summary>Reads an object to its end and gives <c>metadata.resourceVersion</c>.</summary>
    private static string? ReadRevision(ref Utf8JsonReader reader)
    {
        string? revision = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("metadata"u8))
            {
                reader.Skip();
                continue;
            }

            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("resourceVersion"u8))
                {
                    reader.Read();
                    Expect(reader.TokenType == JsonTokenType.String);
                    revision = reader.GetString();
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return revision;
    }

    private static void Expect(bool whatAnEventHas)
    {
        if (!whatAnEventHas)
        {
            throw new JsonException("not a watch event");
        }
    }
}
