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
        var operation = _schema["operations"]!.AsArray().OfType<JsonObject>()
            .FirstOrDefault(one => (string?)one["method"] == method && IsAt((string)one["path"]!, path));
        if (operation is null)
        {
            return $"there is no {method} {path}";
        }

        var given = query.Select(one => (one.Key, Fits: Fits(operation["query"]?[one.Key], JsonValue.Create(one.Value), isText: true)))
            .Concat((body ?? []).Select(one => (one.Key, Fits: Fits(operation["body"]?[one.Key], one.Value, isText: false))));
        var lacking = operation["required"]?.AsArray().Select(name => (string)name!).Where(name => body?.ContainsKey(name) != true) ?? [];
        return given.Where(one => !one.Fits).Select(one => $"{one.Key} is unknown or of another type")
            .Concat(lacking.Select(name => $"{name} is missing")).FirstOrDefault();
    }

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
