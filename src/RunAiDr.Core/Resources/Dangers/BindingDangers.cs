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
            yield return new($"binds to {role}", TakesOver: true) { IsWorst = true };
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
            yield return new($"binds {subject}", TakesOver: true) { IsWorst = true };
        }

        // What these roles allow is not looked at: a chart makes them.
        if (IsOfCluster(body) && role.StartsWith("runai-", StringComparison.Ordinal) && StrangersIn(body).ToArray() is { Length: > 0 } strangers)
        {
            yield return new($"binds {string.Join(", ", strangers)} to {role} in every namespace", TakesOver: false);
        }
    }

    public static string? RoleName(JsonObject body) => body.Map("roleRef")?.Text("name");

    private static IEnumerable<string> StrangersIn(JsonObject body) =>
        from subject in body.Maps("subjects")
        let kind = subject.Text("kind")
        where kind is "User" or "Group"
            || (kind == "ServiceAccount" && !AdmissionDangers.OwnNamespaces.Contains(subject.Text("namespace"), StringComparer.Ordinal))
        select kind == "ServiceAccount" ? $"{kind} {subject.Text("namespace")}/{subject.Text("name")}" : $"{kind} {subject.Text("name")}";

    private static bool IsOfCluster(JsonObject body) => body.Text("kind") == "ClusterRoleBinding";
}
