using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Comparison;

/// <summary>Which project of Run:ai a namespace belongs to: its label says so.</summary>
public sealed class Projects(string label)
{
    public static string PathOf(string namespaceName) => StatePath.For(new ResourceKey("", "namespaces", null, namespaceName));

    /// <summary>What a place is called: a namespace, or null for what is in none.</summary>
    public static string TitleOf(string? namespaceName, string? project) => (namespaceName, project) switch
    {
        (null, _) => "cluster",
        (_, null) => $"namespace {namespaceName}",
        _ => $"project {project} (namespace {namespaceName})",
    };

    /// <summary>The project of a namespace; null of any other.</summary>
    public string? Of(JsonObject? namespaceBody) =>
        namespaceBody?.Map("metadata")?.Map("labels")?.Text(label) is { Length: > 0 } project ? project : null;

    /// <summary>The namespaces of a project as they were saved.</summary>
    public IEnumerable<string> NamespacesOf(IStateTree restorePoint, string project) =>
        from file in restorePoint.Files
        where file.Path.EndsWith("/namespace.yaml", StringComparison.Ordinal)
        let name = StatePath.NamespaceOf(file.Path)
        where name is not null && OfFile(restorePoint, file.Path) == project
        select name;

    /// <summary>As the file of a namespace says.</summary>
    public string? OfFile(IStateTree restorePoint, string path) => Of(Saved(restorePoint, path));

    /// <summary>As it was saved.</summary>
    public string? Of(IStateTree restorePoint, string namespaceName) => OfFile(restorePoint, PathOf(namespaceName));

    // A commit may hold anything; then the namespace goes by its own name.
    private static JsonObject? Saved(IStateTree restorePoint, string path)
    {
        try
        {
            return restorePoint.Read(path) is { } content ? YamlReader.Read(content, path, Fault.RestorePoint) as JsonObject : null;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }
}
