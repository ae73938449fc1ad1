using System.Text.Json.Nodes;

namespace RunAiDr.Core.Resources.Dangers;

/// <summary>Who gets which role.</summary>
internal static class BindingDangers
{
    public const string ClusterAdmin = "cluster-admin";

    private const string SystemRole = "system:";

    private static readonly string[] TooWide =
        ["system:authenticated", "system:unauthenticated", "system:anonymous", "system:masters", "system:serviceaccounts"];

    private static readonly string[] Powerful = ["admin", "edit", "sudoer"];

    // OpenShift binds them in every project, and Kubernetes to everybody.
    private static readonly string[] Ordinary =
    [
        "system:image-puller", "system:image-builder", "system:deployer", "system:basic-user", "system:discovery",
        "system:public-info-viewer",
    ];

    public static IEnumerable<Danger> In(JsonObject body)
    {
        var role = RoleName(body) ?? "";
        if (role == ClusterAdmin)
        {
            yield return new($"binds to {role}", TakesOver: true);
        }
        else if (role.StartsWith(SystemRole, StringComparison.Ordinal) && !Ordinary.Contains(role, StringComparer.Ordinal))
        {
            yield return new($"binds to {role}", IsOfCluster(body));
        }
        else if (IsOfCluster(body) && Powerful.Contains(role, StringComparer.Ordinal))
        {
            yield return new($"binds to {role} in every namespace", TakesOver: true);
        }

        var subjects = body.Maps("subjects").Select(subject => subject.Text("name"));
        foreach (var subject in subjects.Intersect(TooWide, StringComparer.Ordinal))
        {
            yield return new($"binds {subject}", TakesOver: true);
        }
    }

    public static string? RoleName(JsonObject body) => body.Map("roleRef")?.Text("name");

    private static bool IsOfCluster(JsonObject body) => body.Text("kind") == "ClusterRoleBinding";
}
