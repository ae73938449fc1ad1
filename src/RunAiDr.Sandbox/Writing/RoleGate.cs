using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox.Writing;

/// <summary>Nobody gives away rights that he does not hold, unless he may <c>bind</c> or <c>escalate</c>.</summary>
internal sealed class RoleGate(RbacAuthorizer authorizer)
{
    private const string Group = "rbac.authorization.k8s.io";

    public void Check(ResourceType type, string @namespace, JsonObject body, SandboxUser user)
    {
        if (type.Kind.Group != Group || user.IsMaster)
        {
            return;
        }

        var name = (string?)ObjectMetadata.Of(body)["name"] ?? "";
        var given = type.Kind.Kind is "Role" or "ClusterRole"
            ? MayDo("escalate", type.Kind.Plural, name, @namespace, user) ? [] : RulesOf(body)
            : BoundRules(type, @namespace, body, user);
        var held = authorizer.RulesOf(user, @namespace);
        var missing = given.SelectMany(rule => rule.Split().Where(right => !held.Exists(h => h.Covers(right)))
            .GroupBy(r => string.Join(',', [.. r.Groups, .. r.Resources, .. r.Names, .. r.Paths]), StringComparer.Ordinal)
            .Select(g => g.First() with { Verbs = [.. g.SelectMany(r => r.Verbs)] })).ToList();
        if (missing.Count > 0)
        {
            var groups = string.Join(' ', user.Groups.Select(g => $"\"{g}\""));
            throw Statuses.Forbidden(
                type.Kind, name,
                $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
        }
    }

    private static List<PolicyRule> RulesOf(JsonObject body) => [.. (body["rules"] as JsonArray ?? []).Select(PolicyRule.Of)];

    private List<PolicyRule> BoundRules(ResourceType type, string @namespace, JsonObject body, SandboxUser user)
    {
        var role = body["roleRef"];
        var name = (string?)role?["name"] ?? "";
        var plural = (string?)role?["kind"] == "ClusterRole" ? "clusterroles" : "roles";
        return MayDo("bind", plural, name, @namespace, user)
            ? []
            : authorizer.RulesOfRole(role, @namespace) ?? throw Statuses.NotFound(type.Kind, name);
    }

    private bool MayDo(string verb, string plural, string name, string @namespace, SandboxUser user) =>
        authorizer.Allow(user, new AccessQuestion(verb, Group, plural) { Name = name, Namespace = @namespace }) is not null;
}
