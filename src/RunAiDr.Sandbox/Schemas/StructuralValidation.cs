using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Validation of a custom resource by its openAPIV3Schema. Of the CEL rules only <c>self == oldSelf</c>,
/// <c>has(self.a) != has(self.b)</c> and <c>has(self.a) &amp;&amp; has(self.b)</c> are known; <c>allOf anyOf oneOf not</c> and
/// <c>format</c> are not checked.</summary>
internal sealed partial class StructuralValidation
{
    private readonly List<Cause> _causes = [];
    private readonly List<Cause> _rules = [];
    private bool _blocked;

    private StructuralValidation()
    {
    }

    public static IReadOnlyList<Cause> Validate(JsonObject schema, JsonObject body, JsonObject? live)
    {
        var validation = new StructuralValidation();
        validation.Visit(schema, body, live, "");
        if (!validation._blocked)
        {
            return [.. validation._causes, .. validation._rules];
        }

        const string NotAll = "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors "
            + "to complete validation";
        return [.. validation._causes, new Cause("FieldValueInvalid", NotAll, "<nil>")];
    }

    private void Visit(JsonObject schema, JsonNode? node, JsonNode? old, string path)
    {
        if (node is null)
        {
            if (path.Length > 0 && schema["type"] is not null && !StructuralSchema.IsTrue(schema, "nullable"))
            {
                Misfit(path, "null", (string?)schema["type"] ?? "");
            }

            return;
        }

        if (!StructuralSchema.IsTrue(schema, "x-kubernetes-int-or-string") && (string?)schema["type"] is { } type && !Fits(type, node))
        {
            Misfit(path, TypeName(node), type);
            return;
        }

        Value(schema, node, path);
        switch (node)
        {
            case JsonObject map:
                VisitMap(schema, map, old as JsonObject, path);
                break;
            case JsonArray list when schema["items"] is JsonObject items:
                for (var i = 0; i < list.Count; i++)
                {
                    Visit(items, list[i], null, $"{path}[{i}]");
                }

                break;
        }

        Transition(schema, node, old, path);
    }

    private void VisitMap(JsonObject schema, JsonObject map, JsonObject? old, string path)
    {
        foreach (var name in (schema["required"] as JsonArray ?? []).Select(name => (string?)name ?? "").Where(name => !map.ContainsKey(name)))
        {
            _blocked = true;
            _causes.Add(new("FieldValueRequired", "Required value", Join(path, name)));
        }

        var properties = schema["properties"] as JsonObject ?? [];
        var element = schema["additionalProperties"] as JsonObject;
        foreach (var (name, value) in map)
        {
            var owned = path.Length == 0 && name is "apiVersion" or "kind" or "metadata";
            if (!owned && (properties[name] as JsonObject ?? element) is { } child)
            {
                Visit(child, value, old?[name], Join(path, name));
            }
        }
    }

    private void Value(JsonObject schema, JsonNode node, string path)
    {
        if (schema["enum"] is JsonArray known && !known.Any(item => JsonNode.DeepEquals(item, node)))
        {
            _blocked = true;
            var values = string.Join(", ", known.Select(item => item is null ? "null" : item.ToJsonString()));
            _causes.Add(new("FieldValueNotSupported", $"Unsupported value: {node.ToJsonString()}: supported values: {values}", path));
        }

        switch (node.GetValueKind())
        {
            case JsonValueKind.Number:
                var number = double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
                Limit(schema, "minimum", limit => number >= limit, node.ToJsonString(), (path, "greater than or equal to"));
                Limit(schema, "maximum", limit => number <= limit, node.ToJsonString(), (path, "less than or equal to"));
                break;
            case JsonValueKind.String:
                var text = node.GetValue<string>();
                Limit(schema, "minLength", limit => text.Length >= limit, node.ToJsonString(), (path, "at least chars long"));
                Limit(schema, "maxLength", limit => text.Length <= limit, node.ToJsonString(), (path, "at most chars long"));
                Pattern(schema, text, path);
                break;
            case JsonValueKind.Array:
                var count = ((JsonArray)node).Count;
                Limit(schema, "minItems", limit => count >= limit, "" + count, (path, "at least"));
                Limit(schema, "maxItems", limit => count <= limit, "" + count, (path, "at most"));
                break;
        }
    }

    private void Limit(JsonObject schema, string rule, Func<double, bool> holds, string value, (string Path, string Words) text)
    {
        if (schema[rule] is { } limit && !holds(double.Parse(limit.ToJsonString(), CultureInfo.InvariantCulture)))
        {
            _causes.Add(new("FieldValueInvalid", $"Invalid value: {value}: {text.Path} in body should be {text.Words} {limit.ToJsonString()}", text.Path));
        }
    }

    private void Pattern(JsonObject schema, string text, string path)
    {
        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
        {
            _causes.Add(new("FieldValueInvalid", $"Invalid value: \"{text}\": {path} in body should match '{pattern}'", path));
        }
    }

    private void Transition(JsonObject schema, JsonNode node, JsonNode? old, string path)
    {
        foreach (var rule in (schema["x-kubernetes-validations"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (node is JsonObject map && LacksField((string?)rule["rule"] ?? "", map))
            {
                _rules.Add(new("FieldValueInvalid", $"Invalid value: {(string?)rule["message"]}", path));
            }

            if (old is not null && (string?)rule["rule"] == "self == oldSelf" && !JsonNode.DeepEquals(old, node))
            {
                _rules.Add(new("FieldValueInvalid", $"Invalid value: {node.ToJsonString()}: {(string?)rule["message"] ?? "failed rule: self == oldSelf"}", path));
            }
        }
    }

    private static bool LacksField(string rule, JsonObject map)
    {
        var match = PresenceRule().Match(rule);
        var (a, b) = (map.ContainsKey(match.Groups["a"].Value.Trim('_')), map.ContainsKey(match.Groups["b"].Value.Trim('_')));
        return match.Success && !(match.Groups["op"].Value == "!=" ? a != b : a && b);
    }

    [GeneratedRegex(@"^has\(self\.(?<a>\w+)\) (?<op>!=|&&) has\(self\.(?<b>\w+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PresenceRule();

    private void Misfit(string path, string found, string type)
    {
        _blocked = true;
        _causes.Add(new("FieldValueTypeInvalid", $"Invalid value: \"{found}\": {path} in body must be of type {type}: \"{found}\"", path));
        if (found == "number" && type == "integer")
        {
            _causes.Add(new("FieldValueInvalid", $"Invalid value: \"\": Checked value must be of type integer (default format) in {path}", "<nil>"));
        }
    }

    private static bool Fits(string type, JsonNode node) => (type, node.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => TypeName(node) == "integer",
        _ => false,
    };

    private static string TypeName(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => node.ToJsonString().AsSpan().IndexOfAny('.', 'e') < 0 ? "integer" : "number",
    };

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
