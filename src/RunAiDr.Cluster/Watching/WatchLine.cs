using System.Text.Json;
using RunAiDr.Core.Resources;

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
        var reader = WholeJson.Reader(line.Span);
        WatchLineType? type = null;
        ReadOnlyMemory<byte> body = default;
        string? revision = null;
        Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject);
        while (WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = ReadType(ref reader);
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject);
                var start = (int)reader.TokenStartIndex;
                revision = ReadRevision(ref reader);
                body = line[start..(int)reader.BytesConsumed];
            }
            else
            {
                WholeJson.Skip(ref reader);
            }
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && !WholeJson.Next(ref reader));
        Expect(body.Length > 0 && (type == WatchLineType.Error || Revisions.IsSound(revision)));
        return new WatchLine(type ?? throw new JsonException("no type"), body, revision ?? "");
    }

    private static WatchLineType? ReadType(ref Utf8JsonReader reader)
    {
        Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.String);
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
        while (WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("metadata"u8))
            {
                WholeJson.Skip(ref reader);
                continue;
            }

            Expect(WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject);
            while (WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("resourceVersion"u8))
                {
                    WholeJson.Next(ref reader);
                    Expect(reader.TokenType == JsonTokenType.String);
                    revision = reader.GetString();
                }
                else
                {
                    WholeJson.Skip(ref reader);
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
