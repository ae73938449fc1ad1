using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources;

/// <summary>What in a resource hands out more power than a reviewer expects.</summary>
internal static class Danger
{
    private const string PodSecurity = "pod-security.kubernetes.io/enforce";

    private static readonly string[] Delegating = ["bind", "escalate", "impersonate"];

    private static readonly string[] TooWide =
        ["system:authenticated", "system:unauthenticated", "system:anonymous", "system:masters"];

    /// <summary>One short sentence per danger, in a fixed order; empty for nearly every resource.</summary>
    public static IReadOnlyList<string> In(JsonObject body) => body.Text("kind") switch
    {
        "RoleBinding" or "ClusterRoleBinding" => [.. OfBinding(body)],
        "Role" or "ClusterRole" => [.. OfRules(body)],
        "Namespace" => [.. OfNamespace(body)],
        _ => [],
    };

    /// <summary>Whether this is a ClusterRoleBinding to <c>cluster-admin</c>: compared, never applied.</summary>
    public static bool IsClusterAdminBinding(JsonObject body) =>
        body.Text("kind") == "ClusterRoleBinding" && RoleName(body) == "cluster-admin";

    private static IEnumerable<string> OfBinding(JsonObject body)
    {
        if (RoleName(body) == "cluster-admin")
        {
            yield return "binds to cluster-admin";
        }

        var subjects = body.Maps("subjects").Select(subject => subject.Text("name"));
        foreach (var subject in subjects.Intersect(TooWide, StringComparer.Ordinal))
        {
            yield return $"binds {subject}";
        }
    }

    private static IEnumerable<string> OfRules(JsonObject body)
    {
        foreach (var rule in body.Maps("rules"))
        {
            if (Has(rule, "verbs", "*") && (Has(rule, "resources", "*") || Has(rule, "nonResourceURLs", "*")))
            {
                yield return "allows every verb on every resource";
            }
            else if (Has(rule, "verbs", "*"))
            {
                yield return $"allows every verb on {string.Join(", ", rule.Texts("resources"))}";
            }
            else if (Has(rule, "resources", "*"))
            {
                yield return $"allows {string.Join(", ", rule.Texts("verbs"))} on every resource";
            }

            foreach (var verb in rule.Texts("verbs").Intersect(Delegating, StringComparer.Ordinal))
            {
                yield return $"allows {verb} of {string.Join(", ", rule.Texts("resources"))}";
            }
        }
    }

    private static IEnumerable<string> OfNamespace(JsonObject body)
    {
        if (body.Map("metadata")?.Map("labels")?.Text(PodSecurity) == "privileged")
        {
            yield return $"{PodSecurity} is privileged";
        }
    }

    private static string? RoleName(JsonObject body) => body.Map("roleRef")?.Text("name");

    private static bool Has(JsonObject rule, string field, string value) =>
        rule.Texts(field).Contains(value, StringComparer.Ordinal);
}
