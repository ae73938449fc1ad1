using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;

namespace RunAiDr.Sandbox.Writing;

/// <summary>Reads the protobuf bodies that <c>kubectl create</c> sends, of the few kinds it makes from its arguments.</summary>
internal static class ProtobufBody
{
    private static readonly Message Metadata = new()
    {
        [1] = ("name", Text),
        [2] = ("generateName", Text),
        [3] = ("namespace", Text),
        [6] = ("resourceVersion", Text),
        [11] = ("labels", TextMap),
        [12] = ("annotations", TextMap),
        [14] = ("finalizers", Texts),
    };

    private static readonly Dictionary<string, Message> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = new() { [1] = ("metadata", Metadata) },
        ["ConfigMap"] = new() { [1] = ("metadata", Metadata), [2] = ("data", TextMap), [3] = ("binaryData", BytesMap), [4] = ("immutable", Flag) },
        ["Secret"] = new()
        {
            [1] = ("metadata", Metadata),
            [2] = ("data", BytesMap),
            [3] = ("type", Text),
            [4] = ("stringData", TextMap),
            [5] = ("immutable", Flag),
        },
        ["ServiceAccount"] = new() { [1] = ("metadata", Metadata) },
        ["Role"] = new() { [1] = ("metadata", Metadata), [2] = ("rules", Rules) },
        ["ClusterRole"] = new() { [1] = ("metadata", Metadata), [2] = ("rules", Rules) },
        ["RoleBinding"] = new() { [1] = ("metadata", Metadata), [2] = ("subjects", Subjects), [3] = ("roleRef", RoleRef) },
        ["ClusterRoleBinding"] = new() { [1] = ("metadata", Metadata), [2] = ("subjects", Subjects), [3] = ("roleRef", RoleRef) },
        ["DeleteOptions"] = new() { [1] = ("gracePeriodSeconds", Number), [4] = ("propagationPolicy", Text), [5] = ("dryRun", Texts) },
    };

    private static readonly Message Rule = new()
    {
        [1] = ("verbs", Texts),
        [2] = ("apiGroups", Texts),
        [3] = ("resources", Texts),
        [4] = ("resourceNames", Texts),
        [5] = ("nonResourceURLs", Texts),
    };

    private static readonly Message Subject = new()
    {
        [1] = ("kind", Text),
        [2] = ("apiGroup", Text),
        [3] = ("name", Text),
        [4] = ("namespace", Text),
    };

    private static readonly Message Reference = new() { [1] = ("apiGroup", Text), [2] = ("kind", Text), [3] = ("name", Text) };

    private delegate JsonNode? Read(ReadOnlySpan<byte> value, ulong number, JsonNode? before);

    /// <exception cref="StatusException">415: a kind that is not read in this form.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
        {
            throw Statuses.BadRequest("the object provided is unrecognized: provided data does not appear to be a protobuf message");
        }

        JsonObject type = [];
        var content = ReadOnlySpan<byte>.Empty;
        for (var rest = body[4..]; !rest.IsEmpty;)
        {
            var field = Next(ref rest, out var value, out _);
            switch (field)
            {
                case 1:
                    type = Fields(new Message { [1] = ("apiVersion", Text), [2] = ("kind", Text) }, value);
                    break;
                case 2:
                    content = value;
                    break;
            }
        }

        var kind = (string?)type["kind"] ?? "";
        if (!Kinds.TryGetValue(kind, out var message))
        {
            throw Statuses.UnsupportedMediaType("application/json");
        }

        var result = Fields(message, content);
        result["kind"] = kind;
        result["apiVersion"] = type["apiVersion"]?.DeepClone();
        return result;
    }

    private static JsonObject Fields(Message message, ReadOnlySpan<byte> content)
    {
        var result = new JsonObject();
        while (!content.IsEmpty)
        {
            var field = Next(ref content, out var value, out var number);
            if (message.TryGetValue(field, out var known))
            {
                var before = result[known.Name];
                result.Remove(known.Name);
                if (known.Reader(value, number, before) is { } read)
                {
                    result[known.Name] = read;
                }
            }
        }

        return result;
    }

    private static int Next(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value, out ulong number)
    {
        var tag = Varint(ref rest);
        number = 0;
        value = [];
        if ((tag & 7) == 2)
        {
            var length = (int)Varint(ref rest);
            value = rest[..length];
            rest = rest[length..];
        }
        else
        {
            number = Varint(ref rest);
        }

        return (int)(tag >> 3);
    }

    private static ulong Varint(scoped ref ReadOnlySpan<byte> rest)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    // The server leaves out empty texts, which this form always sends.
    private static JsonValue? Text(ReadOnlySpan<byte> value, ulong number, JsonNode? before) =>
        value.IsEmpty ? null : JsonValue.Create(Encoding.UTF8.GetString(value));

    private static JsonValue Flag(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => JsonValue.Create(number != 0);

    private static JsonValue Number(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => JsonValue.Create((long)number);

    private static JsonArray Texts(ReadOnlySpan<byte> value, ulong number, JsonNode? before) =>
        Added(before, JsonValue.Create(Encoding.UTF8.GetString(value)));

    private static JsonArray Rules(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => Added(before, Fields(Rule, value));

    private static JsonArray Subjects(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => Added(before, Fields(Subject, value));

    private static JsonObject RoleRef(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => Fields(Reference, value);

    private static JsonArray Added(JsonNode? before, JsonNode item)
    {
        var list = before as JsonArray ?? [];
        list.Add(item);
        return list;
    }

    private static JsonObject TextMap(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => Entry(value, before, v => Encoding.UTF8.GetString(v));

    private static JsonObject BytesMap(ReadOnlySpan<byte> value, ulong number, JsonNode? before) => Entry(value, before, v => Convert.ToBase64String(v));

    private static JsonObject Entry(ReadOnlySpan<byte> entry, JsonNode? before, Func<byte[], string> read)
    {
        var map = before as JsonObject ?? [];
        var key = "";
        var text = "";
        while (!entry.IsEmpty)
        {
            var field = Next(ref entry, out var value, out _);
            if (field == 1)
            {
                key = Encoding.UTF8.GetString(value);
            }
            else
            {
                text = read(value.ToArray());
            }
        }

        map[key] = text;
        return map;
    }

    private sealed class Message : Dictionary<int, (string Name, Read Reader)>
    {
        public static implicit operator Read(Message message) => (value, _, _) => Fields(message, value);
    }
}
