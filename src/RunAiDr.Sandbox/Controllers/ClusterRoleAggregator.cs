using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers;

/// <summary>Fills the rules of ClusterRoles that have an <c>aggregationRule</c>.</summary>
internal sealed class ClusterRoleAggregator(ObjectStore store, TimeProvider clock) : IController
{
    private const string Storage = "clusterroles.rbac.authorization.k8s.io";
    private const string Manager = "clusterrole-aggregation-controller";

    public void Reconcile()
    {
        var roles = store.Newest(Storage);
        foreach (var role in roles.Where(IsAggregated))
        {
            Fill(role, roles);
        }
    }

    private static bool IsAggregated(StoredObject role) => role.Body.AsSpan().IndexOf("\"aggregationRule\""u8) >= 0;

    private void Fill(StoredObject role, List<StoredObject> roles)
    {
        var body = role.Read();
        var selectors = (body["aggregationRule"]?["clusterRoleSelectors"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        var rules = new List<JsonNode>();
        foreach (var part in roles.Where(r => r != role && selectors.Exists(s => Matches(s, r))))
        {
            foreach (var rule in (part.Read()["rules"] as JsonArray ?? []).OfType<JsonNode>())
            {
                if (!rules.Exists(r => JsonNode.DeepEquals(r, rule)))
                {
                    rules.Add(rule.DeepClone());
                }
            }
        }

        var wanted = rules.Count == 0 ? null : new JsonArray([.. rules]);
        if (selectors.Count == 0 || JsonNode.DeepEquals(body["rules"], wanted))
        {
            return;
        }

        body["rules"] = wanted;
        Own(role.Read(), body);
        store.Commit(Storage, role.Name, role, body, sorted: false);
    }

    private void Own(JsonObject before, JsonObject body)
    {
        var rules = KindRules.BuiltIn(new ResourceKind("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced: false));
        ManagedFields.Update(
            rules, before, body, new FieldOwner(Manager, Applies: true, rules.Kind.ApiVersion, ""), ObjectMetadata.Timestamp(clock.GetUtcNow()));
    }

    private static bool Matches(JsonObject selector, StoredObject role) =>
        (selector["matchLabels"] as JsonObject ?? []).All(l =>
            role.Labels?.TryGetValue(l.Key, out var value) == true && value == (string?)l.Value)
        && (selector["matchExpressions"] as JsonArray ?? []).All(e => Matches(e, role));

    private static bool Matches(JsonNode? expression, StoredObject role)
    {
        var value = role.Labels?.GetValueOrDefault((string?)expression?["key"] ?? "");
        var values = (expression?["values"] as JsonArray ?? []).Select(v => (string?)v).ToList();
        return (string?)expression?["operator"] switch
        {
            "In" => value is not null && values.Contains(value, StringComparer.Ordinal),
            "NotIn" => value is null || !values.Contains(value, StringComparer.Ordinal),
            "Exists" => value is not null,
            _ => value is null,
        };
    }
}
