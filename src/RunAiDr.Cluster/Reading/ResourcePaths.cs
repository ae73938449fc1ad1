using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Reading;

/// <summary>The URLs of the Kubernetes API.</summary>
internal static class ResourcePaths
{
    public static string Of(ResourceKind kind, string? @namespace)
    {
        var root = kind.Group.Length == 0 ? $"/api/{kind.Version}" : $"/apis/{kind.Group}/{kind.Version}";
        return @namespace is null || !kind.Namespaced
            ? $"{root}/{kind.Plural}"
            : $"{root}/namespaces/{Uri.EscapeDataString(@namespace)}/{kind.Plural}";
    }

    public static string Of(ResourceKind kind, string? @namespace, string name) =>
        $"{Of(kind, @namespace)}/{Uri.EscapeDataString(name)}";

    /// <summary>The first page: of the present when <paramref name="revision"/> is null, else of that past.</summary>
    public static string FirstPage(ListSelection selection, int limit, string? revision)
    {
        var path = $"{Of(selection.Kind, selection.Namespace)}?limit={limit}{Selector(selection)}";
        return revision is null ? path : $"{path}&resourceVersion={revision}&resourceVersionMatch=Exact";
    }

    /// <summary>A following page. The token holds the revision: naming it again would be refused.</summary>
    public static string NextPage(ListSelection selection, int limit, string token) =>
        $"{Of(selection.Kind, selection.Namespace)}?limit={limit}{Selector(selection)}&continue={Uri.EscapeDataString(token)}";

    /// <summary>What happens after a revision, for so many seconds.</summary>
    public static string Watch(ListSelection selection, string revision, int seconds) =>
        $"{Of(selection.Kind, selection.Namespace)}?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}"
            + $"{Selector(selection)}&resourceVersion={Uri.EscapeDataString(revision)}";

    private static string Selector(ListSelection selection) => selection.LabelSelector is null
        ? ""
        : $"&labelSelector={Uri.EscapeDataString(selection.LabelSelector)}";
}
