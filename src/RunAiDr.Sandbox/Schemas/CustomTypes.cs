using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Schemas;

/// <summary>Turns the openAPIV3Schema of a CRD version into a type.</summary>
internal static class CustomTypes
{
    /// <summary>The type of the custom resource. A null schema, or one that preserves unknown fields, takes anything.</summary>
    public static MapType Of(JsonObject? openApiSchema)
    {
        return openApiSchema is null
            ? BuiltInTypes.WithMetadata(TypeSchema.Untyped, [])
            : BuiltInTypes.WithMetadata(Remainder(openApiSchema), Fields(openApiSchema));
    }

    private static TypeSchema TypeOf(JsonObject schema)
    {
        if (IsTrue(schema, "x-kubernetes-int-or-string"))
        {
            return new ScalarType(ScalarKind.IntOrString);
        }

        if (IsTrue(schema, "x-kubernetes-embedded-resource"))
        {
            return BuiltInTypes.WithMetadata(Remainder(schema), Fields(schema));
        }

        return (string?)schema["type"] switch
        {
            "object" => MapOf(schema),
            "array" => ListOf(schema),
            "string" => new ScalarType(ScalarKind.Text),
            "boolean" => new ScalarType(ScalarKind.Boolean),
            "integer" or "number" => new ScalarType(ScalarKind.Number),
            _ => TypeSchema.Untyped,
        };
    }

    private static MapType MapOf(JsonObject schema) =>
        new(Fields(schema).ToDictionary(StringComparer.Ordinal), Remainder(schema), (string?)schema["x-kubernetes-map-type"] == "atomic");

    private static IEnumerable<KeyValuePair<string, FieldSchema>> Fields(JsonObject schema) =>
        from property in schema["properties"] as JsonObject ?? []
        where property.Value is JsonObject
        select KeyValuePair.Create(property.Key, new FieldSchema(TypeOf((JsonObject)property.Value)));

    private static TypeSchema? Remainder(JsonObject schema)
    {
        if (IsTrue(schema, "x-kubernetes-preserve-unknown-fields"))
        {
            return TypeSchema.Untyped;
        }

        return schema["additionalProperties"] switch
        {
            JsonObject element => TypeOf(element),
            JsonValue all when (bool)all => TypeSchema.Untyped,
            _ => schema["properties"] is JsonObject ? null : TypeSchema.Untyped,
        };
    }

    private static ListType ListOf(JsonObject schema)
    {
        var items = schema["items"] as JsonObject;
        var element = items is null ? TypeSchema.Untyped : TypeOf(items);
        return (string?)schema["x-kubernetes-list-type"] switch
        {
            "set" => new ListType(element, ListMerge.Set, []),
            "map" => new ListType(element, ListMerge.Map, [.. KeysOf(schema, items)]),
            _ => new ListType(element, ListMerge.Atomic, []),
        };
    }

    private static IEnumerable<ListKey> KeysOf(JsonObject schema, JsonObject? items) =>
        from key in schema["x-kubernetes-list-map-keys"] as JsonArray ?? []
        let name = (string?)key ?? ""
        select new ListKey(name, (string?)(items?["properties"]?[name]?["default"] as JsonValue)?.ToString());

    private static bool IsTrue(JsonObject schema, string extension) => schema[extension] is JsonValue value && (bool)value;
}
