using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Field ownership after writes that are no apply (create, replace, patch): operation Update.</summary>
internal static class ManagedFields
{
    // Nobody owns what the server sets itself.
    private static readonly FieldSet ServerSet = FieldSet.FromJson((JsonObject)JsonNode.Parse(
        """
        {"f:apiVersion": {}, "f:kind": {}, "f:metadata": {".": {}, "f:name": {}, "f:namespace": {}, "f:creationTimestamp": {},
        "f:selfLink": {}, "f:uid": {}, "f:generation": {}, "f:managedFields": {}, "f:resourceVersion": {}}}
        """)!);

    /// <summary>Sets <c>metadata.managedFields</c> of <paramref name="body"/>, the decoded and defaulted object of the request.
    /// <paramref name="live"/> is null when creating. Entries sent in the body replace those of the live object;
    /// <c>[]</c> and <c>[{}]</c> clear them, and an existing object without entries stays without.</summary>
    public static void Update(KindRules rules, JsonObject? live, JsonObject body, FieldOwner owner, string time)
    {
        var entries = Base(live, body, owner.Subresource.Length > 0);
        if (entries.Count > 0 || live is null)
        {
            entries = Take(rules, entries, live, body, owner, time);
        }

        ManagedEntry.Write(body, entries);
    }

    /// <summary>The entries after <paramref name="owner"/> took what differs between the objects.</summary>
    public static List<ManagedEntry> Take(
        KindRules rules, List<ManagedEntry> entries, JsonObject? live, JsonObject body, FieldOwner owner, string time)
    {
        var difference = FieldComparison.Of(rules.Type, Bare(live ?? rules.Empty()), Bare(body));
        var mine = Owned(rules, owner, difference.Changed.Union(difference.Added));
        entries = Release(entries, mine.Union(Owned(rules, owner, difference.Removed)), except: null);
        if (mine.IsEmpty)
        {
            return entries;
        }

        var previous = entries.Find(entry => entry.Owner.SameAs(owner));
        entries.RemoveAll(entry => entry.Owner.SameAs(owner));
        entries.Add(new ManagedEntry(owner, time, previous is null ? mine : previous.Fields.Union(mine)));
        return entries;
    }

    /// <summary>The entries without the fields, and without entries that own nothing.</summary>
    public static List<ManagedEntry> Release(List<ManagedEntry> entries, FieldSet fields, FieldOwner? except) =>
    [
        .. entries
            .Select(entry => except is not null && entry.Owner.SameAs(except) ? entry : entry with { Fields = entry.Fields.Except(fields) })
            .Where(entry => !entry.Fields.IsEmpty),
    ];

    /// <summary>What of the set can be owned: nothing the server sets, and of an object with a status subresource either
    /// the status or the rest.</summary>
    public static FieldSet Owned(KindRules rules, FieldOwner owner, FieldSet set) =>
        Reached(rules, owner, set).Except(ServerSet);

    /// <summary>What of the set the write can reach: with a status subresource either the status or the rest.</summary>
    public static FieldSet Reached(KindRules rules, FieldOwner owner, FieldSet set) => owner.Subresource == "status"
        ? set.Only(PathElement.Field("status"), inside: true)
        : rules.HasStatus ? set.Only(PathElement.Field("status"), inside: false) : set;

    /// <summary>A copy without managedFields, which are no part of the comparison.</summary>
    public static JsonObject Bare(JsonObject body)
    {
        var bare = (JsonObject)body.DeepClone();
        (bare["metadata"] as JsonObject)?.Remove("managedFields");
        return bare;
    }

    private static List<ManagedEntry> Base(JsonObject? live, JsonObject body, bool subresource)
    {
        var sent = body["metadata"]?["managedFields"] as JsonArray;
        if (!subresource && sent is not null && (sent.Count == 0 || (sent.Count == 1 && sent[0] is JsonObject { Count: 0 })))
        {
            return [];
        }

        var entries = subresource ? [] : ManagedEntry.Read(body);
        return entries.Count > 0 || live is null ? entries : ManagedEntry.Read(live);
    }
}
