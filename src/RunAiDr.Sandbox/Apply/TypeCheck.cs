using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>What an apply refuses before it merges: undeclared fields, wrong types, lists whose elements are not distinct.</summary>
internal static class TypeCheck
{
    /// <summary>A 500, as the server answers, or null.</summary>
    public static Refusal? Refuse(KindRules rules, JsonObject config)
    {
        var errors = new List<string>();
        Visit(rules.Type, config, [], errors);
        if (errors.Count == 0)
        {
            return null;
        }

        var name = (config["metadata"]?["name"] as JsonValue)?.GetValueKind() == JsonValueKind.String ? (string?)config["metadata"]!["name"] : "";
        var @namespace = (config["metadata"]?["namespace"] as JsonValue)?.GetValueKind() == JsonValueKind.String ? (string?)config["metadata"]!["namespace"] : "";
        errors.Sort(StringComparer.Ordinal);
        var text = errors.Count == 1 ? errors[0] : "errors:\n  " + string.Join("\n  ", errors);
        var kind = rules.Kind.Group.Length == 0 ? $"/{rules.Kind.Version}" : rules.Kind.ApiVersion;
        return Refusal.Internal($"failed to create typed patch object ({@namespace}/{name}; {kind}, Kind={rules.Kind.Kind}): {text}");
    }

    private static void Visit(TypeSchema type, JsonNode? node, List<string> path, List<string> errors)
    {
        if (node is null)
        {
            return;
        }

        switch (type.For(node))
        {
            case MapType map when node is JsonObject members:
                foreach (var (key, child) in members)
                {
                    VisitField(map, key, child, path, errors);
                }

                break;
            case ListType list when node is JsonArray items:
                VisitList(list, items, path, errors);
                break;
            case MapType:
                errors.Add($"{PathElement.Print(path)}: expected map, got {Show(node)}");
                break;
            case ListType:
                errors.Add($"{PathElement.Print(path)}: expected list, got {Show(node)}");
                break;
            case ScalarType scalar when Expected(scalar.Kind, node) is { } expected:
                errors.Add($"{PathElement.Print(path)}: expected {expected}, got {Show(node)}");
                break;
        }
    }

    private static void VisitField(MapType map, string key, JsonNode? child, List<string> path, List<string> errors)
    {
        path.Add(PathElement.Field(key));
        if (map.TypeOf(key) is { } declared)
        {
            Visit(declared, child, path, errors);
        }
        else
        {
            errors.Add($"{PathElement.Print(path)}: field not declared in schema");
        }

        path.RemoveAt(path.Count - 1);
    }

    private static void VisitList(ListType list, JsonArray items, List<string> path, List<string> errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var element = list.Merge == ListMerge.Atomic ? $"v:{i}" : PathElement.Of(list, items[i]);
            if (element is null)
            {
                errors.Add($"{PathElement.Print(path)}: element {i}: associative list with keys has an element that omits key field "
                    + $"\"{list.Keys.First(key => items[i]?[key.Field] is null && key.Default is null).Field}\" (and doesn't have default value)");
                continue;
            }

            if (!seen.Add(element))
            {
                errors.Add($"{PathElement.Print(path)}: duplicate entries for key [{PathElement.Keys(element)}]");
            }

            path.Add(element);
            Visit(list.Element, items[i], path, errors);
            path.RemoveAt(path.Count - 1);
        }
    }

    private static string? Expected(ScalarKind kind, JsonNode node) => (kind, node.GetValueKind()) switch
    {
        (ScalarKind.Quantity or ScalarKind.IntOrString, JsonValueKind.String or JsonValueKind.Number) => null,
        (ScalarKind.Boolean, JsonValueKind.True or JsonValueKind.False) => null,
        (ScalarKind.Boolean, _) => "boolean",
        (ScalarKind.Int32 or ScalarKind.Int64 or ScalarKind.Number, JsonValueKind.Number) => null,
        (ScalarKind.Int32 or ScalarKind.Int64 or ScalarKind.Number, _) => "numeric (int or float)",
        (ScalarKind.Quantity or ScalarKind.IntOrString, _) => "scalar",
        (_, JsonValueKind.String) => null,
        _ => "string",
    };

    private static string Show(JsonNode node) => $"&value.valueUnstructured{{Value:{node.ToJsonString()}}}";
}
