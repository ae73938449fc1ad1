using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>What a CRD's openAPIV3Schema does to an object besides validation. All of it works in place; <c>apiVersion</c>,
/// <c>kind</c> and <c>metadata</c> of the root and of embedded resources are left alone.</summary>
internal static class StructuralSchema
{
    /// <summary>Drops what the schema does not declare.</summary>
    /// <returns>The paths of what was dropped: <c>config.unknown</c>.</returns>
    public static IReadOnlyList<string> Prune(JsonObject schema, JsonObject body)
    {
        var dropped = new List<string>();
        PruneMap(schema, body, "", resource: true, dropped);
        return dropped;
    }

    /// <summary>Fills in defaults; a null that is not allowed gives way to the default.</summary>
    public static void Default(JsonObject schema, JsonObject body)
    {
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            if (property is not JsonObject child)
            {
                continue;
            }

            if (child["default"] is { } value
                && (!body.TryGetPropertyValue(name, out var present) || (present is null && !IsTrue(child, "nullable"))))
            {
                body[name] = value.DeepClone();
            }

            DefaultNode(child, body[name]);
        }

        if (schema["additionalProperties"] is JsonObject element)
        {
            foreach (var (_, value) in body.ToList())
            {
                DefaultNode(element, value);
            }
        }
    }

    internal static bool IsTrue(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static void DefaultNode(JsonObject schema, JsonNode? node)
    {
        if (node is JsonObject map)
        {
            Default(schema, map);
        }
        else if (node is JsonArray list && schema["items"] is JsonObject items)
        {
            foreach (var item in list)
            {
                DefaultNode(items, item);
            }
        }
    }

    private static void PruneMap(JsonObject schema, JsonObject body, string path, bool resource, List<string> dropped)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        var element = schema["additionalProperties"] as JsonObject;
        var keep = IsTrue(schema, "x-kubernetes-preserve-unknown-fields") || IsTrue(schema, "additionalProperties");
        foreach (var (name, value) in body.ToList())
        {
            if (resource && name is "apiVersion" or "kind" or "metadata")
            {
                continue;
            }

            var here = path.Length == 0 ? name : $"{path}.{name}";
            if ((properties[name] as JsonObject ?? element) is { } child)
            {
                PruneNode(child, value, here, dropped);
            }
            else if (!keep)
            {
                body.Remove(name);
                dropped.Add(here);
            }
        }
    }

    private static void PruneNode(JsonObject schema, JsonNode? node, string path, List<string> dropped)
    {
        if (node is JsonObject map)
        {
            PruneMap(schema, map, path, IsTrue(schema, "x-kubernetes-embedded-resource"), dropped);
        }
        else if (node is JsonArray list && schema["items"] is JsonObject items)
        {
            for (var i = 0; i < list.Count; i++)
            {
                PruneNode(items, list[i], $"{path}[{i}]", dropped);
            }
        }
    }
}
