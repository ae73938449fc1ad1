using System.Globalization;
using System.Text.Json.Nodes;

namespace RunAiDr.Tests.Support;

/// <summary>The operations that we use of a forge's API, as its published description has them.</summary>
internal sealed class ForgeSchema
{
    private readonly JsonObject _schema;

    public ForgeSchema(string kind) => _schema = (JsonObject)JsonNode.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestData", "forges", $"{kind}.json")))!;

    public string Base => (string)_schema["base"]!;

    /// <summary>Name and beginning of the header with the token.</summary>
    public string[] Authorization => ((string)_schema["authorization"]!).Split(": ");

    /// <summary>Why a request is none of this API; null when it is one.</summary>
    public string? RefusalOf(string method, string path, IEnumerable<KeyValuePair<string, string>> query, JsonObject? body)
    {
        if (OperationAt(method, path) is not { } operation)
        {
            return $"there is no {method} {path}";
        }

        var given = query.Select(one => (one.Key, Fits: Fits(operation["query"]?[one.Key], JsonValue.Create(one.Value), isText: true)))
            .Concat((body ?? []).Select(one => (one.Key, Fits: Fits(operation["body"]?[one.Key], one.Value, isText: false))));
        var lacking = operation["required"]?.AsArray().Select(name => (string)name!).Where(name => body?.ContainsKey(name) != true) ?? [];
        return given.Where(one => !one.Fits).Select(one => $"{one.Key} is unknown or of another type")
            .Concat(lacking.Select(name => $"{name} is missing")).FirstOrDefault();
    }

    /// <summary>Why an answer, or an entry of a list of them, is none of this API; null when it is one.</summary>
    public string? DefectOf(string method, string path, JsonNode? answer)
    {
        var fields = _schema["answers"]![(string)OperationAt(method, path)!["answer"]!]!;
        var entries = answer is JsonArray list ? list.OfType<JsonObject>() : [(JsonObject)answer!];
        return entries.SelectMany(entry => Leaves(entry, "")).Where(leaf => !IsOf((string?)fields[leaf.Key], leaf.Value))
            .Select(leaf => $"{method} {path} answers with {leaf.Key}, which is unknown or of another type").FirstOrDefault();
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Leaves(JsonObject map, string place) => map.SelectMany(one =>
        one.Value is JsonObject child ? Leaves(child, $"{place}{one.Key}.") : [new($"{place}{one.Key}", one.Value)]);

    private static bool IsOf(string? type, JsonNode? value) =>
        value is null ? type?.EndsWith('?') == true : Fits(type?.TrimEnd('?'), value, isText: false);

    private JsonObject? OperationAt(string method, string path) => _schema["operations"]!.AsArray().OfType<JsonObject>()
        .FirstOrDefault(one => (string?)one["method"] == method && IsAt((string)one["path"]!, path));

    private static bool IsAt(string pattern, string path)
    {
        var (expected, given) = (pattern.Split('/'), path.Split('/'));
        return expected.Length == given.Length && expected.Zip(given).All(pair =>
            pair.First == "{number}" ? long.TryParse(pair.Second, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            : pair.First.StartsWith('{') ? pair.Second.Length > 0
            : pair.First == pair.Second);
    }

    private static bool Fits(JsonNode? type, JsonNode? value, bool isText) => ((string?)type, value) switch
    {
        (null, _) or (_, null) => false,
        ("string", JsonValue text) => text.TryGetValue<string>(out _),
        ("boolean", JsonValue flag) => flag.TryGetValue<bool>(out _),
        ("integer", JsonValue number) when isText => int.TryParse((string?)number, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        ("integer", JsonValue number) => number.TryGetValue<int>(out _),
        var (names, text) => text is JsonValue given && given.TryGetValue<string>(out var name) && names.Split('|').Contains(name),
    };
}
