using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Secrets;

/// <summary>One walk over one document.</summary>
internal sealed class RedactionWalk(string document, SecretPaths secretPaths, bool judgesEntropy)
{
    /// <summary>Below these keys a leaf names a key of a Secret or ConfigMap, whatever it is called.</summary>
    private static readonly string[] ReferenceMaps = ["secretKeys", "secretKeyRef", "configMapKeyRef", "valueFrom", "secretRef"];

    /// <summary>Below these keys every leaf is a secret, whatever it is called.</summary>
    private static readonly string[] SecretMaps = ["stringData", "secretData", "secureJsonData", "secretEnv"];

    private static readonly string[] ValueNames = ["value", "default", "content"];

    private readonly PlaceholderNames _names = new(document);
    private readonly List<string> _path = [];
    private readonly List<FoundSecret> _found = [];
    private bool _inReference;
    private bool _inSecretMap;
    private bool _inAnnotations;

    public IReadOnlyList<FoundSecret> Found => _found;

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
        var (wasInReference, wasInSecretMap) = (_inReference, _inSecretMap);
        _inReference |= ReferenceMaps.Contains(key, StringComparer.Ordinal);
        _inSecretMap |= SecretMaps.Contains(key, StringComparer.Ordinal);
        if (Replacement(value, NameOf(map, key)) is { } replacement)
        {
            map[key] = replacement;
        }

        (_inReference, _inSecretMap) = (wasInReference, wasInSecretMap);
        _path.RemoveAt(_path.Count - 1);
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
            if (text.Length > 0 && Placeholder.WholeName(text) is null)
            {
                data[key] = Placeholder.For(Keep([key], null, (isBase64 ? SecretText.OfBase64(text) : null) ?? new SecretText(text)));
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
            case JsonObject or JsonArray when secretPaths.Contain(_path) && HasContent(value):
                return Whole(value.ToJsonString());
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
            if (Replacement(list[i], name) is { } replacement)
            {
                list[i] = replacement;
            }

            _path.RemoveAt(_path.Count - 1);
        }
    }

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
            case JsonValueKind.Number when _inSecretMap || secretPaths.Contain(_path)
                || (!_inReference && SecretNames.IsPassword(name)):
                return Whole(value.ToJsonString());
            default:
                return null;
        }
    }

    private JsonValue? Text(string text, string name)
    {
        if (Placeholder.WholeName(text) is not null)
        {
            return null;
        }

        if (_inSecretMap || secretPaths.Contain(_path))
        {
            return text.Length == 0 ? null : Whole(text);
        }

        var spans = SecretFinder.Find(text);
        if (IsSecretByName(name, text))
        {
            return spans.Count == 1 && spans[0].Label is "bearer" or "basic" ? Spans(text, spans) : Whole(text);
        }

        if (spans.Count > 0)
        {
            return Spans(text, spans);
        }

        return judgesEntropy && !_inAnnotations && Entropy.IsRandom(text) ? Whole(text) : null;
    }

    private bool IsSecretByName(string name, string text) =>
        !_inReference && SecretNames.IsSecret(name) && !SecretMask.IsHarmless(SecretMask.Of(text))
        && !(_inAnnotations && IsNameOfSecret(text));

    /// <summary>Annotations of ingresses name Secrets: <c>auth-secret: namespace/name</c>.</summary>
    private static bool IsNameOfSecret(string text) =>
        text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' or '/');

    private JsonValue Whole(string text) => JsonValue.Create(Placeholder.For(Keep(_path, null, new SecretText(text))));

    private JsonValue Spans(string text, List<SecretSpan> spans)
    {
        var redacted = new StringBuilder(text.Length);
        var at = 0;
        foreach (var span in spans)
        {
            var isWhole = span.Length == text.Length;
            var name = Keep(_path, isWhole ? null : span.Label, new SecretText(text.Substring(span.Start, span.Length)));
            redacted.Append(text, at, span.Start - at).Append(Placeholder.For(name));
            at = span.End;
        }

        return JsonValue.Create(redacted.Append(text, at, text.Length - at).ToString());
    }

    private string Keep(IEnumerable<string> path, string? label, SecretText secret)
    {
        var name = _names.Next(path, label);
        _found.Add(new FoundSecret(name, secret));
        return name;
    }

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
