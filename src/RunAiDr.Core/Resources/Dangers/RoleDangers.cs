using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources.Dangers;

/// <summary>What a role allows.</summary>
internal static class RoleDangers
{
    private const string Aggregated = "rbac.authorization.k8s.io/aggregate-to-";

    private static readonly string[] Delegating = ["bind", "escalate", "impersonate"];

    /// <summary>Resources whose very name says that with these verbs one becomes somebody else.</summary>
    private static readonly (string Resource, string[] Verbs, bool TakesOver)[] Powerful =
    [
        ("secrets", ["get", "list", "watch"], false),
        ("pods/exec", ["create", "get"], false),
        ("pods/attach", ["create", "get"], false),
        ("pods/ephemeralcontainers", ["update", "patch"], false),
        ("nodes/proxy", ["get", "create"], true),
        ("serviceaccounts/token", ["create"], true),
        ("certificatesigningrequests/approval", ["update", "patch"], true),
        ("signers", ["approve", "sign"], true),
        ("securitycontextconstraints", ["use"], false),
        ("podsecuritypolicies", ["use"], false),
        ("mutatingwebhookconfigurations", ["create", "update", "patch"], true),
        ("validatingwebhookconfigurations", ["create", "update", "patch"], true),
    ];

    public static IEnumerable<Danger> In(JsonObject body)
    {
        foreach (var danger in body.Maps("rules").SelectMany(OfRule))
        {
            yield return danger;
        }

        var labels = body.Map("metadata")?.Map("labels") ?? [];
        foreach (var (label, _) in labels.Where(label => label.Key.StartsWith(Aggregated, StringComparison.Ordinal)))
        {
            yield return new($"adds its rules to ClusterRole {label[Aggregated.Length..]}", TakesOver: false);
        }

        if (body["aggregationRule"] is not null)
        {
            yield return new("takes over the rules of other ClusterRoles", TakesOver: false);
        }
    }

    private static IEnumerable<Danger> OfRule(JsonObject rule)
    {
        var (verbs, resources) = (rule.Texts("verbs").ToArray(), rule.Texts("resources").ToArray());
        var (anyVerb, anyResource) = (verbs.Contains("*"), resources.Contains("*"));
        if (anyVerb && (anyResource || rule.Texts("nonResourceURLs").Contains("*")))
        {
            yield return new("allows every verb on every resource", TakesOver: true);
        }
        else if (anyVerb)
        {
            yield return new($"allows every verb on {string.Join(", ", resources)}", Powerful.Any(row => row.TakesOver && Names(resources, row.Resource)));
        }
        else if (anyResource)
        {
            yield return new($"allows {string.Join(", ", verbs)} on every resource", TakesOver: false);
        }

        foreach (var verb in verbs.Intersect(Delegating, StringComparer.Ordinal))
        {
            yield return new($"allows {verb} of {string.Join(", ", resources)}", TakesOver: true);
        }

        foreach (var (resource, powerful, takesOver) in anyVerb ? [] : Powerful.Where(row => Names(resources, row.Resource)))
        {
            if (verbs.Intersect(powerful, StringComparer.Ordinal).ToArray() is { Length: > 0 } allowed)
            {
                yield return new($"allows {string.Join(", ", allowed)} of {resource}", takesOver);
            }
        }
    }

    /// <summary>A star before the slash stands for every resource that has the subresource.</summary>
    private static bool Names(string[] resources, string resource) =>
        resources.Contains(resource, StringComparer.Ordinal)
        || (resource.IndexOf('/') is >= 0 and var slash && resources.Contains($"*{resource[slash..]}", StringComparer.Ordinal));
}
