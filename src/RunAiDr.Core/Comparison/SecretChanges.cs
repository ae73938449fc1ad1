using System.Text.Json.Nodes;
using RunAiDr.Core.Secrets.Sealing;

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

    /// <summary>One difference for all where no value of any document has its saved MAC: then the key is another, not the values.</summary>
    /// <param name="items">What differs.</param>
    /// <param name="compared">How many documents had MACs on both sides.</param>
    public static IEnumerable<StateDifference> WithOtherKeyToldOnce(IReadOnlyList<StateDifference> items, int compared)
    {
        var documents = items.Where(item => item.Kind == DifferenceKind.Changed && SealedFiles.IsMacs(item.Path)).ToList();
        var pairs = documents.SelectMany(Pairs).ToList();

        // One value alone may well have changed.
        if (documents.Count < compared || pairs.Count < 2 || pairs.Exists(pair => JsonNode.DeepEquals(pair.Saved, pair.Live)))
        {
            return items;
        }

        var told = new FieldChange(
            $"each of {pairs.Count} secret values differs: the HMAC key is another than at the time of the restore point (name that one in secrets.hmacKeyFile), or all of them changed",
            null, null, []);
        return items.Except(documents).Append(new StateDifference(SealedFiles.MacsPathOf("*.yaml"), DifferenceKind.Changed, [told], []));
    }

    private static IEnumerable<(JsonNode? Saved, JsonNode? Live)> Pairs(StateDifference document) =>
        from mac in document.SavedBody ?? []
        let live = document.LiveBody ?? []
        where live.ContainsKey(mac.Key)
        select (mac.Value, live[mac.Key]);
}
