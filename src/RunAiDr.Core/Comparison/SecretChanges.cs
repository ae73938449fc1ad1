using System.Text.Json.Nodes;

namespace RunAiDr.Core.Comparison;

/// <summary>Compares the MACs of the secrets of one document, and says of each which differs that it does, never how.</summary>
internal static class SecretChanges
{
    public static IEnumerable<FieldChange> Between(JsonObject before, JsonObject after) =>
        from name in before.Select(mac => mac.Key).Union(after.Select(mac => mac.Key), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
        let what = (before.ContainsKey(name), after.ContainsKey(name)) switch
        {
            (true, true) => JsonNode.DeepEquals(before[name], after[name]) ? null : "has another value",
            (true, false) => "is gone",
            _ => "is new",
        }
        where what is not null
        select new FieldChange($"secret {name} {what}", null, null, []);
}
