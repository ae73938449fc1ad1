using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Comparison;

/// <summary>Compares two resources field by field, as a person would tell it.</summary>
internal static class FieldChanges
{
    private const int LongestValue = 120;

    // Shown to people, never parsed: names stay readable.
    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<FieldChange> Between(JsonObject before, JsonObject after) => SecretSides.Of(InObjects(before, after, ""));

    /// <summary>How what stands at one path differs; null where nothing does.</summary>
    public static IEnumerable<FieldChange> At(string path, FoundNode? before, FoundNode? after) => SecretSides.Of((before, after) switch
    {
        (null, null) => [],
        ({ } gone, null) => Removed(gone.Node, path),
        (null, { } added) => Added(added.Node, path),
        var (a, b) => InNodes(a.Node, b.Node, path),
    });

    private static IEnumerable<FieldChange> InObjects(JsonObject before, JsonObject after, string path) =>
        from name in before.Select(field => field.Key).Union(after.Select(field => field.Key), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
        let field = FieldPath.Join(path, name)
        from change in (before.ContainsKey(name), after.ContainsKey(name)) switch
        {
            (true, true) => InNodes(before[name], after[name], field),
            (true, false) => Removed(before[name], field),
            _ => Added(after[name], field),
        }
        select change;

    private static IEnumerable<FieldChange> InNodes(JsonNode? before, JsonNode? after, string path) => (before, after) switch
    {
        _ when JsonNode.DeepEquals(before, after) => [],
        (JsonObject a, JsonObject b) => InObjects(a, b, path),
        (JsonArray a, JsonArray b) => InArrays(a, b, path),
        (JsonValue a, JsonValue b) when IsLongText(a) || IsLongText(b) =>
            [new(path, null, null, Lines(Show(a), Show(b)))],
        _ => [new(path, Show(before), Show(after), [])],
    };

    // Entries with a name are the same entry wherever they stand; others are equal or not.
    private static List<FieldChange> InArrays(JsonArray before, JsonArray after, string path)
    {
        var (old, now) = (Entries(before), Entries(after));
        var changes = new List<FieldChange>();
        foreach (var (identity, entry) in old)
        {
            changes.AddRange(now.TryGetValue(identity, out var other)
                ? InNodes(entry, other, $"{path}[{identity}]")
                : [new(path, identity, null, [])]);
        }

        var added = now.Keys.Where(identity => !old.ContainsKey(identity));
        changes.AddRange(added.Select(identity => new FieldChange(path, null, identity, [])));
        return changes.Count > 0 ? changes : [new(path, "order", "another order", [])];
    }

    /// <summary>The entries of a list by what each is known by.</summary>
    internal static Dictionary<string, JsonNode?> Entries(JsonArray items)
    {
        var entries = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var identity = IdentityOf(item);
            var count = counts.GetValueOrDefault(identity);
            do
            {
                count++;
            }
            while (!entries.TryAdd(count == 1 ? identity : $"{identity} ({count})", item));

            counts[identity] = count;
        }

        return entries;
    }

    private static string IdentityOf(JsonNode? item)
    {
        if (item is not JsonObject entry || entry.Text("name") is not { } name)
        {
            return Show(item);
        }

        var kind = entry.Text("kind") is { } text ? $"{text} " : "";
        return entry.Text("namespace") is { } ns ? $"{kind}{name} -n {ns}" : kind + name;
    }

    private static IEnumerable<FieldChange> Added(JsonNode? node, string path) => node switch
    {
        JsonArray items => Entries(items).Keys.Select(identity => new FieldChange(path, null, identity, [])),
        JsonValue text when IsLongText(text) => [new(path, null, null, Lines("", Show(text)))],
        _ => [new(path, null, Show(node), [])],
    };

    private static IEnumerable<FieldChange> Removed(JsonNode? node, string path) => node switch
    {
        JsonArray items => Entries(items).Keys.Select(identity => new FieldChange(path, identity, null, [])),
        JsonValue text when IsLongText(text) => [new(path, null, null, Lines(Show(text), ""))],
        _ => [new(path, Show(node), null, [])],
    };

    private static IReadOnlyList<string> Lines(string before, string after) => LineLimit.IsPassed(before, after) ? [LineLimit.Refusal] :
    [
        .. SecretSides.Of(InlineDiffBuilder.Diff(before, after, ignoreWhiteSpace: false, ignoreCase: false).Lines
                .Select(line => $"{MarkOf(line.Type)} {line.Text}"))
            .Where(line => line[0] is '+' or '-'),
    ];

    private static char MarkOf(ChangeType type) => type switch
    {
        ChangeType.Inserted => '+',
        ChangeType.Deleted => '-',
        _ => ' ',
    };

    private static bool IsLongText(JsonValue value) =>
        value.TryGetValue<string>(out var text) && (text.Length > LongestValue || text.TrimEnd('\n').Contains('\n'));

    internal static string Show(JsonNode? node) => node switch
    {
        null => "null",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(Readable),
    };
}
