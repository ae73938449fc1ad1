using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>The outcome of the merge: either the object with its new managedFields, not yet decoded and defaulted, or why not.
/// <paramref name="Changed"/> false: nothing differs but perhaps the owners.</summary>
internal sealed record ApplyResult(JsonObject? Body, bool Changed, Refusal? Refused);

/// <summary>Server-side apply: one manager states the fields it wants.</summary>
internal static class ServerSideApply
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Applies <paramref name="config"/> over <paramref name="live"/> (null: creates). Both stay untouched.
    /// <paramref name="time"/> is RFC 3339, for entries whose values change.</summary>
    public static ApplyResult Apply(KindRules rules, JsonObject? live, JsonObject config, FieldOwner owner, bool force, string time)
    {
        if (config["metadata"]?["managedFields"] is JsonArray { Count: > 0 })
        {
            return new ApplyResult(null, false, Refusal.BadRequest("metadata.managedFields must be nil"));
        }

        var wanted = ManagedFields.Bare(config);
        if (TypeCheck.Refuse(rules, wanted) is { } refusal)
        {
            return new ApplyResult(null, false, refusal);
        }

        // The name is always stated, so that metadata itself is never pruned.
        wanted.Ensure("metadata").Fill("name", live?["metadata"]?["name"]?.DeepClone());
        var kubectl = owner.Manager == "kubectl" && live?["metadata"]?["annotations"]?[LastApplied] is JsonValue;
        var result = new Attempt(rules, live ?? rules.Empty(), wanted, owner).Run(live is null, force, time, kubectl ? Migrated(rules, live!) : null);
        if (kubectl && result.Body?["metadata"]?["annotations"] is JsonObject annotations && annotations.ContainsKey(LastApplied))
        {
            annotations[LastApplied] = Canonical(wanted) + "\n";
        }

        return result;
    }

    // Fields that kubectl apply wrote on the client and that still have its value are its own: no conflict.
    private static FieldSet Migrated(KindRules rules, JsonObject live)
    {
        try
        {
            var last = ManagedFields.Bare((JsonObject)JsonNode.Parse((string)live["metadata"]!["annotations"]![LastApplied]!)!);
            var difference = FieldComparison.Of(rules.Type, last, ManagedFields.Bare(live));
            return TypedObject.FieldsOf(rules.Type, last).Except(difference.Changed.Union(difference.Removed));
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or InvalidCastException)
        {
            return new FieldSet();
        }
    }

    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{JsonValue.Create(pair.Key).ToJsonString()}:{Canonical(pair.Value)}"))}}}",
        JsonArray list => $"[{string.Join(',', list.Select(Canonical))}]",
        null => "null",
        _ => node.ToJsonString(),
    };

    private sealed class Attempt(KindRules rules, JsonObject live, JsonObject wanted, FieldOwner owner)
    {
        private readonly JsonObject _live = ManagedFields.Bare(live);

        public ApplyResult Run(bool creating, bool force, string time, FieldSet? migrated)
        {
            var entries = ManagedEntry.Read(live);
            if (!creating && entries.Count == 0)
            {
                entries = ManagedFields.Take(rules, entries, null, live, new FieldOwner("before-first-apply", false, owner.ApiVersion, ""), time);
            }

            var last = entries.Find(entry => entry.Owner.SameAs(owner));
            var stated = TypedObject.FieldsOf(rules.Type, wanted);
            entries.RemoveAll(entry => entry.Owner.SameAs(owner));
            var merged = TypedObject.Merge(rules.Type, _live, wanted);
            if (last is not null)
            {
                merged = Prune(merged, last.Fields, entries.Aggregate(stated, (all, entry) => all.Union(entry.Fields)));
            }

            entries.Add(new ManagedEntry(owner, last?.Time, ManagedFields.Owned(rules, owner, stated)));
            var difference = FieldComparison.Of(rules.Type, _live, merged);
            var taken = ManagedFields.Owned(rules, owner, difference.Changed.Union(difference.Added));
            if (!force && Conflicts.In(entries, owner, taken.Except(migrated ?? new FieldSet())) is { } conflict)
            {
                return new ApplyResult(null, false, conflict);
            }

            entries = ManagedFields.Release(entries, taken.Union(ManagedFields.Owned(rules, owner, difference.Removed)), except: owner);
            var changed = !JsonNode.DeepEquals(_live, merged);
            entries = changed ? [.. entries.Select(entry => entry.Owner.SameAs(owner) ? entry with { Time = time } : entry)] : entries;
            ManagedEntry.Write(merged, entries);
            return new ApplyResult(merged, changed, null);
        }

        // What the manager applied before and leaves out now goes, unless somebody owns it still.
        private JsonObject Prune(JsonObject merged, FieldSet before, FieldSet claimed)
        {
            var last = Full(before);
            var owned = Full(claimed);
            var all = FullFields(merged);
            var pruned = FullFields(TypedObject.Remove(rules.Type, merged, last));
            var kept = FullFields(TypedObject.Remove(rules.Type, merged, all.Except(pruned.Union(owned))));
            return TypedObject.Remove(rules.Type, merged, all.Except(kept).Intersect(last));
        }

        private FieldSet FullFields(JsonObject value) => Full(TypedObject.FieldsOf(rules.Type, value));

        private FieldSet Full(FieldSet set) => TypedObject.WithNamedParents(rules.Type, set);
    }
}
