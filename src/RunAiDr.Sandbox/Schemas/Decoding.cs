using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Reads a JSON body into a typed kind as the server does: unknown fields and nulls are dropped, empty maps and lists
/// vanish, a null in a map of texts is the empty text, quantities, bytes and times are rewritten, map keys are sorted and
/// fields come in the order of the type.</summary>
internal sealed class Decoding
{
    private readonly string _kind;
    private readonly List<string> _unknown = [];

    private Decoding(string kind) => _kind = kind;

    /// <summary>What comes out of a decoding: the object, the paths of unknown fields, or why the body does not fit.</summary>
    public sealed record Outcome(JsonObject Body, IReadOnlyList<string> UnknownFields, string? Error);

    public static Outcome Decode(MapType type, string kind, JsonObject body)
    {
        var decoding = new Decoding(kind);
        try
        {
            var decoded = decoding.Struct(type, body, "", kind);
            return new Outcome(decoded, decoding._unknown, null);
        }
        catch (MisfitException misfit)
        {
            return new Outcome([], [], misfit.Message);
        }
    }

    private JsonObject Struct(MapType type, JsonObject body, string path, string owner)
    {
        var result = new JsonObject();
        foreach (var (name, field) in type.Fields)
        {
            if (body.TryGetPropertyValue(name, out var value) && value is not null)
            {
                var decoded = Value(field.Type, value, Join(path, name), $"{owner}.{name}");
                if (decoded is not null)
                {
                    result[name] = decoded;
                }
            }

            if (field.AlwaysThere && field.Type is not ScalarType && !result.ContainsKey(name))
            {
                result[name] = field.Type is MapType inner ? Struct(inner, [], Join(path, name), owner) : null;
            }
        }

        foreach (var (name, value) in body.Where(pair => !type.Fields.ContainsKey(pair.Key)))
        {
            if (type.Element is null)
            {
                _unknown.Add(Join(path, name));
            }
            else if (value is not null)
            {
                result[name] = value.DeepClone();
            }
        }

        return result;
    }

    private JsonNode? Value(TypeSchema type, JsonNode value, string path, string owner) => (type, value) switch
    {
        (MapType { IsStruct: true } map, JsonObject body) => Struct(map, body, path, owner),
        (MapType map, JsonObject body) => Map(map, body, path, owner),
        (ListType list, JsonArray items) => List(list, items, path, owner),
        (MapType, _) => throw Misfit(value, owner, "map"),
        (ListType, _) => throw Misfit(value, owner, "slice"),
        (ScalarType scalar, _) => Scalar(scalar, value, owner),
        _ => value.DeepClone(),
    };

    private JsonObject? Map(MapType type, JsonObject body, string path, string owner)
    {
        var result = new JsonObject();
        foreach (var (key, value) in body.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            result[key] = value is null ? Zero(type.Element) : Value(type.Element ?? TypeSchema.Untyped, value, $"{path}[{key}]", owner);
        }

        return result.Count == 0 ? null : result;
    }

    private JsonArray? List(ListType type, JsonArray items, string path, string owner)
    {
        var result = new JsonArray();
        for (var i = 0; i < items.Count; i++)
        {
            result.Add(items[i] is { } item ? Value(type.Element, item, $"{path}[{i}]", owner) : Zero(type.Element));
        }

        return result.Count == 0 ? null : result;
    }

    private static JsonNode? Scalar(ScalarType type, JsonNode value, string owner)
    {
        var decoded = type.Kind switch
        {
            ScalarKind.Text => Text(value, owner),
            ScalarKind.Boolean => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : throw Misfit(value, owner, "bool"),
            ScalarKind.Int32 => Integer(value, owner, int.MinValue, int.MaxValue, "int32"),
            ScalarKind.Int64 => Integer(value, owner, long.MinValue, long.MaxValue, "int64"),
            ScalarKind.Quantity => QuantityOf(value),
            ScalarKind.Bytes => Bytes(Text(value, owner)),
            ScalarKind.Time => Time(Text(value, owner), "yyyy-MM-dd'T'HH:mm:ss'Z'"),
            ScalarKind.MicroTime => MicroTime(Text(value, owner)),
            _ => value.DeepClone(),
        };
        return type.OmitZero && decoded?.ToJsonString() is "\"\"" or "0" or "false" ? null : decoded;
    }

    private static JsonNode? Zero(TypeSchema? type) => type switch
    {
        ScalarType { Kind: ScalarKind.Text or ScalarKind.Bytes } => "",
        ScalarType { Kind: ScalarKind.Quantity } => "0",
        _ => null,
    };

    private static JsonValue Text(JsonNode value, string owner) =>
        value.GetValueKind() == JsonValueKind.String ? (JsonValue)value.DeepClone() : throw Misfit(value, owner, "string");

    private static JsonNode Integer(JsonNode value, string owner, long least, long most, string type)
    {
        var fits = value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most;
        return fits ? value.DeepClone() : throw Misfit(value, owner, type);
    }

    private static JsonNode QuantityOf(JsonNode value)
    {
        var text = value.GetValueKind() == JsonValueKind.String ? (string?)value ?? "" : value.ToJsonString();
        return Quantity.Canonical(text) ?? throw new MisfitException(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }

    private static JsonNode Bytes(JsonValue value)
    {
        var text = ((string?)value ?? "").Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        var buffer = new byte[text.Length];
        return !text.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(text, buffer, out _)
            ? text
            : throw new MisfitException("illegal base64 data at input byte 0");
    }

    private static JsonNode Time(JsonValue value, string format)
    {
        var text = (string?)value ?? "";
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && text.Contains('T', StringComparison.Ordinal)
            ? time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)
            : throw new MisfitException($"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{text}\" as \"2006\"");
    }

    private static JsonNode MicroTime(JsonValue value)
    {
        var text = (string?)value ?? "";
        return DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss'.'ffffffK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : throw new MisfitException($"parsing time \"{text}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"{text}\" as \"2006\"");
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static MisfitException Misfit(JsonNode value, string owner, string type) => new(
        $"json: cannot unmarshal {Name(value)} into Go struct field {owner} of type {type}");

    private static string Name(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        _ => "number" + (value.ToJsonString() is var text && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && text.Length < 10 ? "" : $" {text}"),
    };

    private sealed class MisfitException(string message) : Exception(message);
}
