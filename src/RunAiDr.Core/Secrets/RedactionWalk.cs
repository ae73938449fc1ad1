using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Secrets;

/// <summary>One walk over one document.</summary>
internal sealed class RedactionWalk(string document, SecretRules rules)
{
    private const string Data = "data";

    /// <summary>Below these keys a leaf names a key of a Secret or ConfigMap, whatever it is called.</summary>
    private static readonly string[] ReferenceMaps = ["secretKeys", "secretKeyRef", "configMapKeyRef", "valueFrom", "secretRef"];

    /// <summary>Below these keys every leaf is a secret, whatever it is called.</summary>
    private static readonly string[] SecretMaps =
        ["stringData", "secretData", "secureJsonData", "secretEnv", "passwords", "apiKeys"];

    private static readonly string[] ValueNames = ["value", "default", "content"];

    private readonly FoundSecrets _found = new(document, rules);
    private readonly SecretFinder _finder = new(rules);
    private readonly List<string> _path = [];
    private bool _inReference;
    private string? _secretMap;
    private bool _inAnnotations;
    private bool _onlyPlaceholders;

    public Redaction Finish(JsonNode root) => new(root, _found.Secrets) { Decisions = _found.Decisions };

    public void Object(JsonObject map)
    {
        foreach (var (key, value) in map.ToList())
        {
            Property(map, key, value);
        }
    }

    public void Property(JsonObject map, string key, JsonNode? value)
    {
        _path.Add(key);
        var (wasInReference, wasInSecretMap) = (_inReference, _secretMap);
        _inReference |= ReferenceMaps.Contains(key, StringComparer.Ordinal);
        _secretMap ??= SecretMaps.Contains(key, StringComparer.Ordinal) ? $"everything below {key}"
            : key == Data && map.Text("kind") == "Secret" ? EmbeddedManifests.Reason : null;
        if (Replacement(value, NameOf(map, key)) is { } replacement)
        {
            map[key] = replacement;
        }

        (_inReference, _secretMap) = (wasInReference, wasInSecretMap);
        _path.RemoveAt(_path.Count - 1);
    }

    /// <summary>Takes out nothing but texts that would be taken for placeholders.</summary>
    public void Placeholders(JsonObject map, string key, JsonNode? value)
    {
        _onlyPlaceholders = true;
        Property(map, key, value);
        _onlyPlaceholders = false;
    }

    public void Annotations(JsonObject? annotations)
    {
        if (annotations is not null)
        {
            _inAnnotations = true;
            _path.AddRange(["metadata", "annotations"]);
            Object(annotations);
            _path.Clear();
            _inAnnotations = false;
        }
    }

    /// <summary>
    /// Takes out every value of the data of a Secret but empty ones, whatever it holds; the name is the key alone.
    /// </summary>
    public void EveryValue(JsonObject data, bool isBase64)
    {
        foreach (var (key, value) in data.ToList())
        {
            var text = value.AsText() ?? value?.ToJsonString() ?? "";
            if (text.Length > 0)
            {
                var span = WholeSpan(text, EmbeddedManifests.Reason) with { IsCertain = true };
                data[key] = _found.Take([key], span, (isBase64 ? SecretText.OfBase64(text) : null) ?? new SecretText(text));
            }
        }
    }

    /// <summary>
    /// What has to stand instead of a value; null when it may stay. Maps and lists are changed in place.
    /// </summary>
    private JsonValue? Replacement(JsonNode? value, string name)
    {
        switch (value)
        {
            case null:
                return null;
            case JsonObject or JsonArray when HasContent(value) && rules.Paths.Find(_path) is { } rule:
                return Whole(value.ToJsonString(), RuleReason(rule));
            case JsonObject map:
                Object(map);
                return null;
            case JsonArray list:
                Items(list, name);
                return null;
            default:
                return Scalar(value, name);
        }
    }

    private void Items(JsonArray list, string name)
    {
        for (var i = 0; i < list.Count; i++)
        {
            _path.Add(SegmentOf(list, i));
            var itsName = FlagBefore(list, i) is { } flag && rules.IsSecretName(flag) ? flag : name;
            if (Replacement(list[i], itsName) is { } replacement)
            {
                list[i] = replacement;
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

    /// <summary>In the arguments of a container a flag may stand in an item of its own before its value.</summary>
    private static string? FlagBefore(JsonArray list, int index) =>
        index > 0 && list[index - 1].AsText() is { } flag && flag.StartsWith('-') && !flag.Contains('=', StringComparison.Ordinal)
            && list[index].AsText()?.StartsWith('-') == false ? flag : null;

    /// <summary>
    /// An item by its own name where it has one that is unique: an index changes with every item put before it.
    /// </summary>
    private static string SegmentOf(JsonArray list, int index)
    {
        var name = (list[index] as JsonObject)?.Text("name");
        return name is not null && list.Count(item => (item as JsonObject)?.Text("name") == name) == 1
            ? name
            : $"{index}";
    }

    private JsonValue? Scalar(JsonNode value, string name)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                return Text((string?)value ?? "", name);
            case JsonValueKind.Number when _onlyPlaceholders:
                return null;
            case JsonValueKind.Number when PlaceReason() is { } reason:
                return Whole(value.ToJsonString(), reason);
            case JsonValueKind.Number when !_inReference && (SecretNames.IsPassword(name)
                || (rules.IsSecretName(name) && value.ToJsonString().Length > Assignments.LongestCount)):
                return Whole(value.ToJsonString(), $"name {name}");
            default:
                return null;
        }
    }

    private JsonValue? Text(string text, string name)
    {
        // Left in place it would be taken for ours, and a restore would bring another secret, or nothing, here.
        if (text.Contains(Placeholder.Prefix, StringComparison.Ordinal))
        {
            return Whole(text, "form placeholder");
        }

        if (_onlyPlaceholders)
        {
            return null;
        }

        if (PlaceReason() is { } reason)
        {
            return text.Length == 0 ? null : Whole(text, reason);
        }

        var nearly = new List<SecretSpan>();

        // Bytes look random; of theirs only what they unpack to can tell.
        var spans = _path[0] == "binaryData" ? SecretFinder.Find(text) : _finder.Find(text, name, nearly);
        if (IsSecretByName(name, text))
        {
            var isBehindScheme = spans.Count == 1 && spans[0].End == text.Length && IsScheme(text.AsSpan(0, spans[0].Start).Trim());
            return isBehindScheme ? Spans(text, spans) : Whole(text, $"name {name}");
        }

        nearly.ForEach(span => _found.Leave(_path, span));
        return spans.Count > 0 ? Spans(text, spans) : null;
    }

    /// <summary>Why everything at this place is a secret, whatever it holds.</summary>
    private string? PlaceReason() => _secretMap ?? (rules.Paths.Find(_path) is { } rule ? RuleReason(rule) : null);

    private string RuleReason(string path) => $"rule {path} of chart {rules.Chart}";

    private bool IsSecretByName(string name, string text) =>
        rules.IsSecretName(name) && !IsHarmless(SecretMask.Of(text)) && !NamesSecret(name, text);

    /// <summary><c>Bearer</c> with a variable behind it is as harmless as the variable.</summary>
    private static bool IsHarmless(string masked) =>
        SecretMask.IsHarmless(masked) || (masked.IndexOf(' ', StringComparison.Ordinal) is > 0 and var blank
            && IsScheme(masked.AsSpan(0, blank)) && SecretMask.IsHarmless(masked.AsSpan(blank)));

    private static bool IsScheme(ReadOnlySpan<char> word) =>
        word.Equals("bearer", StringComparison.OrdinalIgnoreCase) || word.Equals("basic", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Below a reference stands the key of a Secret; annotations of ingresses name Secrets: <c>auth-secret: namespace/name</c>.
    /// </summary>
    private bool NamesSecret(string name, string text) =>
        _inReference ? text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')
        : _inAnnotations && name.Contains('/', StringComparison.Ordinal) && name.EndsWith("secret", StringComparison.Ordinal)
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '/');

    private JsonValue? Whole(string text, string reason)
    {
        var span = WholeSpan(text, reason) with
        {
            IsCertain = _secretMap == EmbeddedManifests.Reason || text.Contains(Placeholder.Prefix, StringComparison.Ordinal),
        };
        return _found.Take(_path, span, new SecretText(text)) is { } placeholder
            ? JsonValue.Create(placeholder)
            : Spans(text, SecretFinder.FindCertain(text));
    }

    private JsonValue? Spans(string text, List<SecretSpan> spans)
    {
        var redacted = new StringBuilder(text.Length);
        var at = 0;
        foreach (var span in spans)
        {
            var named = span.Length == text.Length ? span with { Label = "" } : span;
            if (_found.Take(_path, named, new SecretText(text.Substring(span.Start, span.Length))) is { } placeholder)
            {
                redacted.Append(text, at, span.Start - at).Append(placeholder);
                at = span.End;
            }
        }

        return at == 0 ? null : JsonValue.Create(redacted.Append(text, at, text.Length - at).ToString());
    }

    private static SecretSpan WholeSpan(string text, string reason) => new(0, text.Length, "", reason);

    /// <summary>
    /// The name that says what a value is: of <c>{name: LICENSE_KEY, value: …}</c> it is LICENSE_KEY, not "value".
    /// </summary>
    private string NameOf(JsonObject map, string key)
    {
        if (!ValueNames.Contains(key, StringComparer.Ordinal))
        {
            return key;
        }

        return map.Text("name") ?? map.Text("key") ?? (_path.Count > 1 ? _path[^2] : key);
    }

    private static bool HasContent(JsonNode value) => value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 };
}
