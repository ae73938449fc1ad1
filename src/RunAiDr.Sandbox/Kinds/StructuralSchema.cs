using System.Text.Json;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>What a CRD's schema does to a custom resource: unknown fields are dropped, defaults filled in.</summary>
internal static class StructuralSchema
{
    /// <summary>Drops what the schema of this version does not know and fills in its defaults; gives the paths that were dropped.</summary>
    public static List<string> PruneAndDefault(ResourceType type, JsonObject body)
    {
        var dropped = new List<string>();
        if (type.Schema is { } schema)
        {
            Walk(schema, body, "", dropped, root: true);
        }

        return dropped;
    }

    private static void Walk(JsonObject schema, JsonNode? value, string path, List<string> dropped, bool root = false)
    {
        switch (value)
        {
            case JsonObject map:
                WalkMap(schema, map, path, dropped, root);
                break;
            case JsonArray list when schema["items"] is JsonObject items:
                for (var i = 0; i < list.Count; i++)
                {
                    Walk(items, list[i], $"{path}[{i}]", dropped);
                }

                break;
        }
    }

    private static void WalkMap(JsonObject schema, JsonObject map, string path, List<string> dropped, bool root)
    {
        var embedded = root || Flag(schema, "x-kubernetes-embedded-resource");
        var preserve = Flag(schema, "x-kubernetes-preserve-unknown-fields");
        var properties = schema["properties"] as JsonObject;
        var additional = schema["additionalProperties"];
        foreach (var (name, value) in map.ToList())
        {
            var here = path.Length == 0 ? name : $"{path}.{name}";
            if (embedded && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            if (properties?[name] is JsonObject known)
            {
                Keep(known, map, name, value, here, dropped);
            }
            else if (additional is JsonObject each)
            {
                Walk(each, value, here, dropped);
            }
            else if (!preserve && additional?.GetValueKind() is not JsonValueKind.True)
            {
                map.Remove(name);
                dropped.Add(here);
            }
        }

        Default(properties, map, path, dropped);
    }

    private static void Keep(JsonObject schema, JsonObject map, string name, JsonNode? value, string path, List<string> dropped)
    {
        if (value is null && !Flag(schema, "nullable") && schema["default"] is not null)
        {
            map.Remove(name);
            return;
        }

        Walk(schema, value, path, dropped);
    }

    private static void Default(JsonObject? properties, JsonObject map, string path, List<string> dropped)
    {
        foreach (var (name, schema) in properties ?? [])
        {
            if (schema?["default"] is { } value && !map.ContainsKey(name))
            {
                map[name] = value.DeepClone();
                Walk((JsonObject)schema, map[name], path, dropped);
            }
        }
    }

    private static bool Flag(JsonObject schema, string name) => schema[name]?.GetValueKind() is JsonValueKind.True;
}
