using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The user-supplied values of a release, secrets filled in. What is said about them never quotes one.</summary>
public sealed partial class ReleaseValues
{
    // Texts that do not look like secrets are hidden too, but for those that would leave nothing to read: words of any
    // message, and names of hosts and objects.
    private const int ShortestText = 8;
    private const int ShortestSecret = 3;

    private static readonly char[] Blanks = [' ', '\n', '\t', '"', '\''];

    private readonly JsonObject _values;
    private readonly string[] _spellings;

    private ReleaseValues(JsonObject values)
    {
        _values = values;
        var secrets = Redactor.Values((JsonObject)values.DeepClone(), "values", SecretRules.None).Secrets
            .SelectMany(secret => Spellings(secret.Value.Reveal())).Where(text => text.Length >= ShortestSecret);
        var others = Texts(values).SelectMany(Spellings)
            .Where(text => text.Length >= ShortestText && !Name().IsMatch(text));
        _spellings =
        [
            .. secrets.Concat(others).Distinct(StringComparer.Ordinal)
                .OrderByDescending(text => text.Length).ThenBy(text => text, StringComparer.Ordinal),
        ];
    }

    /// <param name="yaml">The values; an empty text is none.</param>
    /// <param name="where">Names the text in errors.</param>
    /// <exception cref="RunAiDrException">They are no mapping of YAML.</exception>
    public static ReleaseValues Read(SecretText yaml, string where)
    {
        var root = YamlReader.Read(Encoding.UTF8.GetBytes(yaml.Reveal()), where, Fault.RestorePoint) ?? new JsonObject();
        return root is JsonObject values ? new ReleaseValues(values) : throw new RunAiDrException(
            Fault.RestorePoint, $"{where}: values have to be a mapping.", "Correct the values of this release.");
    }

    /// <summary>As YAML that every version of YAML reads alike.</summary>
    public ReadOnlyMemory<byte> ToYaml() => YamlWriter.ToBytes(_values);

    /// <summary>Paths at which other values differ, however numbers are spelled.</summary>
    public IReadOnlyList<string> DifferencesTo(JsonObject others) => [.. Between(_values, others, "")];

    /// <summary>A text of somebody who knew the values (helm, the server) without them, and without other credentials.</summary>
    public string Hide(string text)
    {
        foreach (var spelling in _spellings)
        {
            text = text.Replace(spelling, "[secret]", StringComparison.Ordinal);
        }

        // Passwords that a chart has as defaults are in no values.
        foreach (var span in SecretFinder.Find(text).OrderByDescending(span => span.Start))
        {
            text = string.Concat(text.AsSpan(0, span.Start), "[secret]", text.AsSpan(span.End));
        }

        return text;
    }

    // A program prints a text whole, escaped, encoded, line by line or folded at blanks; Go escapes more in JSON.
    private static IEnumerable<string> Spellings(string value)
    {
        string[] whole = [.. SecretFilling.SpellingsOf(value).Take(3)];
        var parts = value.Split(Blanks, StringSplitOptions.RemoveEmptyEntries)
            .Concat(value.Split('\n', StringSplitOptions.TrimEntries));
        return
        [
            .. whole,
            .. whole.Select(text => text.Replace("<", "\\u003c", StringComparison.Ordinal)
                .Replace(">", "\\u003e", StringComparison.Ordinal).Replace("&", "\\u0026", StringComparison.Ordinal)),
            value.Replace("'", "''", StringComparison.Ordinal),
            value.TrimEnd('\n'),
            .. parts.Where(part => part.Length >= ShortestText),
        ];
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Texts(field.Value)),
        JsonArray items => items.SelectMany(Texts),
        _ => node.AsText() is { } text ? [text] : [],
    };

    private static IEnumerable<string> Between(JsonNode? ours, JsonNode? theirs, string path) => (ours, theirs) switch
    {
        (JsonObject a, JsonObject b) =>
            from name in a.Select(field => field.Key).Union(b.Select(field => field.Key), StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
            let field = FieldPath.Join(path, name)
            from difference in a.ContainsKey(name) && b.ContainsKey(name) ? Between(a[name], b[name], field) : [field]
            select difference,
        (JsonArray a, JsonArray b) when a.Count == b.Count =>
            a.Zip(b).SelectMany((pair, index) => Between(pair.First, pair.Second, $"{path}[{index}]")),
        _ => AreSame(ours, theirs) ? [] : [path],
    };

    // helm knows 64-bit floating-point numbers only, and writes 1.0 as 1.
    private static bool AreSame(JsonNode? ours, JsonNode? theirs) =>
        ours?.GetValueKind() == JsonValueKind.Number && theirs?.GetValueKind() == JsonValueKind.Number
            ? Number(ours).Equals(Number(theirs))
            : JsonNode.DeepEquals(ours, theirs);

    private static double Number(JsonNode node) =>
        double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
