using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Http;

/// <summary>The form for people: name and age of each object.</summary>
internal static class Tables
{
    public static JsonObject Of(ResourceType type, List<StoredObject> objects, JsonObject metadata, DateTimeOffset now) => new()
    {
        ["kind"] = "Table",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = metadata,
        ["columnDefinitions"] = Columns(),
        ["rows"] = new JsonArray([.. objects.Select(o => Row(Representation.Metadata(o), now))]),
    };

    public static JsonArray Columns() => [Column("Name", "name"), Column("Age", "")];

    public static JsonObject Row(JsonObject metadata, DateTimeOffset now) => new()
    {
        ["cells"] = new JsonArray((string?)metadata["metadata"]?["name"], Age((string?)metadata["metadata"]?["creationTimestamp"], now)),
        ["object"] = metadata,
    };

    private static JsonObject Column(string name, string format) => new()
    {
        ["name"] = name,
        ["type"] = "string",
        ["format"] = format,
        ["description"] = "",
        ["priority"] = 0,
    };

    private static string Age(string? created, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(created, CultureInfo.InvariantCulture, out var since))
        {
            return "<unknown>";
        }

        var age = now - since;
        return age switch
        {
            { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
            { TotalHours: < 2 } => $"{(int)age.TotalMinutes}m",
            { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
            _ => $"{(int)age.TotalDays}d",
        };
    }
}
