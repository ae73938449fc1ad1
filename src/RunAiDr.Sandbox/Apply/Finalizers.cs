using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Which finalizers an object may have, and that a dying one gets no more of them.</summary>
internal static class Finalizers
{
    private const string Field = "metadata.finalizers";

    private static readonly string[] Standard = ["kubernetes", "orphan", "foregroundDeletion"];

    public static void Check(KindRules rules, JsonObject? live, JsonObject body, List<Cause> causes)
    {
        var wanted = Of(body);
        for (var i = 0; i < wanted.Count; i++)
        {
            if ((NameRules.QualifiedName(wanted[i]) ?? Unqualified(rules, wanted[i])) is { } bad)
            {
                causes.Add(new("FieldValueInvalid", $"Invalid value: \"{wanted[i]}\": {bad}", $"{Field}[{i}]"));
            }
        }

        if (live?.Map("metadata")?["deletionTimestamp"] is null || wanted.Except(Of(live), StringComparer.Ordinal).ToList() is not { Count: > 0 } added)
        {
            return;
        }

        var listed = string.Join(", ", added.Order(StringComparer.Ordinal).Select(name => $"\"{name}\""));
        var refused = new Cause(
            "FieldValueForbidden",
            $"Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{listed}}}",
            Field);

        // The server checks the metadata of an update twice.
        causes.AddRange([refused, refused]);
    }

    private static string? Unqualified(KindRules rules, string name) =>
        rules.IsCustom || name.Contains('/', StringComparison.Ordinal) || Standard.Contains(name, StringComparer.Ordinal)
            ? null
            : "name is neither a standard finalizer name nor is it fully qualified";

    private static List<string> Of(JsonObject body) =>
        [.. (body.Map("metadata")?["finalizers"] as JsonArray ?? []).Select(item => (string?)item ?? "")];
}
