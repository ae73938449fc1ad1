using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Security;

/// <summary>Answers from the Roles and bindings in the store; <c>system:masters</c> needs none.</summary>
internal sealed class RbacAuthorizer(ObjectStore store)
{
    private const string Rbac = ".rbac.authorization.k8s.io";

    private static readonly string[] PublicPaths = ["/version", "/livez", "/readyz", "/healthz"];

    private static readonly string[] DiscoveryPaths = ["/api", "/apis", "/openapi", .. PublicPaths];

    /// <summary>Null when refused, else why it is allowed (empty for system:masters).</summary>
    public string? Allow(SandboxUser user, AccessQuestion question)
    {
        if (user.IsMaster || IsOpen(user, question))
        {
            return "";
        }

        return Grants(user, question.Namespace).FirstOrDefault(g => g.Rules.Any(r => r.Allows(question)))?.Reason;
    }

    /// <summary>An apply that creates needs the verb create too.</summary>
    /// <exception cref="StatusException">403: it lacks.</exception>
    public void RequireCreate(SandboxUser user, ResourceRequest request, ResourceType type)
    {
        if (Allow(user, request.Question with { Verb = "create" }) is null)
        {
            var place = request.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{request.Namespace}\"";
            throw Statuses.Forbidden(
                type.Kind, request.Name,
                $"User \"{user.Name}\" cannot create resource \"{type.Kind.Plural}\" in API group \"{type.Kind.Group}\" {place}");
        }
    }

    /// <summary>Every rule that a user has in a namespace (empty: at the cluster scope only).</summary>
    public List<PolicyRule> RulesOf(SandboxUser user, string @namespace) => user.IsMaster
        ? [new PolicyRule(["*"], ["*"], ["*"], [], []), new PolicyRule(["*"], [], [], [], ["*"])]
        : [.. Grants(user, @namespace).SelectMany(g => g.Rules)];

    /// <summary>The rules of a role, null when it does not exist. The namespace is of the binding.</summary>
    public List<PolicyRule>? RulesOfRole(JsonNode? roleRef, string @namespace)
    {
        var name = (string?)roleRef?["name"] ?? "";
        var role = (string?)roleRef?["kind"] == "ClusterRole"
            ? store.Find("clusterroles" + Rbac, "", name)
            : store.Find("roles" + Rbac, @namespace, name);
        return role is null ? BuiltIn(roleRef, name) : [.. (role.Read()["rules"] as JsonArray ?? []).Select(PolicyRule.Of)];
    }

    private static bool IsOpen(SandboxUser user, AccessQuestion question)
    {
        if (question.Path is null)
        {
            // Every authenticated user may ask about itself.
            return user.Groups.Contains("system:authenticated", StringComparer.Ordinal) && question.Verb == "create"
                && question.Resource.StartsWith("selfsubject", StringComparison.Ordinal)
                && question.Group is "authorization.k8s.io" or "authentication.k8s.io";
        }

        var open = user == SandboxUser.Anonymous ? PublicPaths : DiscoveryPaths;
        return open.Any(p => question.Path == p || question.Path.StartsWith(p + "/", StringComparison.Ordinal));
    }

    private static List<PolicyRule>? BuiltIn(JsonNode? roleRef, string name) =>
        name == "cluster-admin" && (string?)roleRef?["kind"] == "ClusterRole"
            ? [new PolicyRule(["*"], ["*"], ["*"], [], []), new PolicyRule(["*"], [], [], [], ["*"])]
            : null;

    private IEnumerable<Grant> Grants(SandboxUser user, string @namespace)
    {
        foreach (var binding in store.Newest("clusterrolebindings" + Rbac))
        {
            if (GrantOf(user, binding, "ClusterRoleBinding", binding.Name.Name) is { } grant)
            {
                yield return grant;
            }
        }

        foreach (var binding in @namespace.Length == 0 ? [] : store.Newest("rolebindings" + Rbac, @namespace))
        {
            if (GrantOf(user, binding, "RoleBinding", $"{binding.Name.Name}/{@namespace}") is { } grant)
            {
                yield return grant;
            }
        }
    }

    private Grant? GrantOf(SandboxUser user, StoredObject binding, string kind, string name)
    {
        var body = binding.Read();
        var subject = (body["subjects"] as JsonArray ?? []).FirstOrDefault(s => IsSubject(user, s, binding.Name.Namespace));
        if (subject is null || RulesOfRole(body["roleRef"], binding.Name.Namespace) is not { } rules)
        {
            return null;
        }

        return new Grant(rules,
            $"RBAC: allowed by {kind} \"{name}\" of {body["roleRef"]?["kind"]} \"{body["roleRef"]?["name"]}\" to {subject["kind"]} \"{subject["name"]}\"");
    }

    private static bool IsSubject(SandboxUser user, JsonNode? subject, string bindingNamespace)
    {
        var name = (string?)subject?["name"] ?? "";
        return (string?)subject?["kind"] switch
        {
            "User" => user.Name == name,
            "Group" => user.Groups.Contains(name, StringComparer.Ordinal),
            "ServiceAccount" => user.Name == $"system:serviceaccount:{(string?)subject["namespace"] ?? bindingNamespace}:{name}",
            _ => false,
        };
    }

    private sealed record Grant(List<PolicyRule> Rules, string Reason);
}
