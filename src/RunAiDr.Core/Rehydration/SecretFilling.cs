using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Rehydration;

/// <summary>Puts the operator's secret values where their placeholders stand.</summary>
internal static class SecretFilling
{
    /// <summary>Names of the placeholders in a resource, each once, in ordinal order.</summary>
    public static IReadOnlyList<string> NamesIn(JsonObject body)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        Collect(body, names);
        return [.. names];
    }

    /// <summary>
    /// A copy with each known placeholder replaced, unknown ones and those kept whose value is no text. A value in <c>data</c> of a Secret that is one
    /// placeholder as a whole is encoded as base64, as the API wants it.
    /// </summary>
    public static Resource Fill(Resource resource, IReadOnlyDictionary<string, SecretText> values) =>
        resource with { Body = (JsonObject)Replace(WithData(resource, values), values) };

    /// <summary>
    /// Names whose value fits no place that they have: bytes that are no text fit only what <c>data</c> of a Secret holds as
    /// a whole.
    /// </summary>
    public static IEnumerable<string> MisfitsIn(Resource resource, IReadOnlyDictionary<string, SecretText> values) =>
        MisfitsIn(WithData(resource, values), values);

    /// <summary>As <see cref="MisfitsIn(Resource, IReadOnlyDictionary{string, SecretText})"/>, of values.</summary>
    public static IEnumerable<string> MisfitsIn(JsonObject body, IReadOnlyDictionary<string, SecretText> values) =>
        NamesIn(body).Where(name => values.GetValueOrDefault(name)?.IsBinary == true);

    /// <summary>A copy of values with each known placeholder replaced, unknown ones kept.</summary>
    public static JsonObject Fill(JsonObject body, IReadOnlyDictionary<string, SecretText> values) =>
        (JsonObject)Replace(body.DeepClone(), values);

    /// <summary>
    /// A text of the server without the values filled into <paramref name="resource"/>: a refusal may quote what it
    /// refuses, raw, escaped, encoded or line by line.
    /// </summary>
    public static string Hide(string text, Resource resource, IReadOnlyDictionary<string, SecretText> values)
    {
        foreach (var name in NamesIn(resource.Body))
        {
            var spellings = values.TryGetValue(name, out var secret) ? SpellingsOf(secret) : [];
            foreach (var spelling in spellings.Where(s => s.Length > 0).OrderByDescending(s => s.Length))
            {
                text = text.Replace(spelling, "[secret]", StringComparison.Ordinal);
            }
        }

        return text;
    }

    internal static IEnumerable<string> SpellingsOf(string value) =>
    [
        value,
        JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(value)),
        .. value.Split('\n', StringSplitOptions.TrimEntries),
    ];

    private static IEnumerable<string> SpellingsOf(SecretText secret) =>
        secret.IsBinary ? [Convert.ToBase64String(secret.RevealBytes())] : SpellingsOf(secret.Reveal());

    /// <summary>A copy in which the whole values of <c>data</c> of a Secret are encoded.</summary>
    private static JsonObject WithData(Resource resource, IReadOnlyDictionary<string, SecretText> values)
    {
        var body = (JsonObject)resource.Body.DeepClone();
        var data = resource.Kind is { Group: "", Plural: "secrets" } ? body.Map("data") : null;
        foreach (var (key, value) in data?.ToArray() ?? [])
        {
            if (value.AsText() is { } text && Placeholder.WholeName(text) is { } name && values.TryGetValue(name, out var secret))
            {
                data?[key] = Convert.ToBase64String(secret.RevealBytes());
            }
        }

        return body;
    }

    private static void Collect(JsonNode? node, SortedSet<string> names)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (_, value) in fields)
                {
                    Collect(value, names);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Collect(item, names);
                }

                break;
            case JsonValue leaf when leaf.TryGetValue<string>(out var text):
                names.UnionWith(Placeholder.NamesIn(text));
                break;
        }
    }

    private static JsonNode Replace(JsonNode node, IReadOnlyDictionary<string, SecretText> values)
    {
        if (node is JsonObject fields)
        {
            foreach (var (key, value) in fields.ToArray())
            {
                SetIfNew(value, replaced => fields[key] = replaced, values);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                var at = i;
                SetIfNew(items[i], replaced => items[at] = replaced, values);
            }
        }
        else if (node is JsonValue leaf && leaf.TryGetValue<string>(out var text))
        {
            var filled = Placeholder.Replace(text, name => values.GetValueOrDefault(name) is { IsBinary: false } secret ? secret.Reveal() : null);
            return ReferenceEquals(filled, text) ? node : JsonValue.Create(filled);
        }

        return node;
    }

    private static void SetIfNew(
        JsonNode? value, Action<JsonNode> set, IReadOnlyDictionary<string, SecretText> values)
    {
        if (value is not null && Replace(value, values) is var replaced && !ReferenceEquals(replaced, value))
        {
            set(replaced);
        }
    }
}
