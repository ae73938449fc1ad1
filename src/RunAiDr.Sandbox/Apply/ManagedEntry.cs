using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Who owns fields. An Apply owner is the same whatever version it applies with.</summary>
internal sealed record FieldOwner(string Manager, bool Applies, string ApiVersion, string Subresource)
{
    public bool SameAs(FieldOwner other) => Manager == other.Manager && Applies == other.Applies
        && Subresource == other.Subresource && (Applies || ApiVersion == other.ApiVersion);

    /// <summary>As conflict messages name it: <c>"m1"</c>, <c>"editor" using v1</c>.</summary>
    public override string ToString()
    {
        var text = $"\"{Manager}\"";
        text = Subresource.Length > 0 ? $"{text} with subresource \"{Subresource}\"" : text;
        return Applies ? text : $"{text} using {ApiVersion}";
    }
}

/// <summary>One entry of <c>metadata.managedFields</c>. <paramref name="Time"/> is RFC 3339, null when never set.</summary>
internal sealed record ManagedEntry(FieldOwner Owner, string? Time, FieldSet Fields)
{
    /// <summary>The entries of an object; empty when it has none.</summary>
    public static List<ManagedEntry> Read(JsonObject body) =>
        [.. (body["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Where(entry => entry.Count > 0).Select(FromJson)];

    /// <summary>Sets the entries of an object, in the order of the server: Apply first, then by time and name.</summary>
    public static void Write(JsonObject body, IEnumerable<ManagedEntry> entries)
    {
        var metadata = (JsonObject)body["metadata"]!;
        var ordered = entries.Where(entry => !entry.Fields.IsEmpty)
            .OrderBy(entry => !entry.Owner.Applies)
            .ThenBy(entry => entry.Time ?? "", StringComparer.Ordinal)
            .ThenBy(entry => entry.Owner.Manager, StringComparer.Ordinal)
            .ThenBy(entry => entry.Owner.ApiVersion, StringComparer.Ordinal)
            .ThenBy(entry => entry.Owner.Subresource, StringComparer.Ordinal)
            .Select(entry => (JsonNode)entry.ToJson())
            .ToArray();
        metadata.Remove("managedFields");
        if (ordered.Length > 0)
        {
            metadata["managedFields"] = new JsonArray(ordered);
        }
    }

    private static ManagedEntry FromJson(JsonObject entry) => new(
        new FieldOwner(
            (string?)entry["manager"] ?? "",
            (string?)entry["operation"] == "Apply",
            (string?)entry["apiVersion"] ?? "",
            (string?)entry["subresource"] ?? ""),
        (string?)entry["time"],
        FieldSet.FromJson(entry["fieldsV1"] as JsonObject));

    private JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["manager"] = Owner.Manager,
            ["operation"] = Owner.Applies ? "Apply" : "Update",
            ["apiVersion"] = Owner.ApiVersion,
        };
        if (Time is not null)
        {
            json["time"] = Time;
        }

        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = Fields.ToJson();
        if (Owner.Subresource.Length > 0)
        {
            json["subresource"] = Owner.Subresource;
        }

        return json;
    }
}
