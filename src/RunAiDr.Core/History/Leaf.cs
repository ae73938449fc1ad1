using System.Text.Json.Nodes;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.History;

/// <summary>A value, which may be null, that is there.</summary>
internal sealed record FoundNode(JsonNode? Node);

/// <summary>
/// One value of a document that holds no others. Entries of a list are known by their name, or else by what they hold,
/// wherever they stand; <paramref name="Macs"/> tell whether the secrets that it names are the same.
/// </summary>
internal sealed record Leaf(string Field, string Value, string Macs)
{
    public static IEnumerable<Leaf> Of(DocumentVersion version) =>
        version.Body is { } body ? In(body, "").Select(leaf => leaf with { Macs = version.MacsIn(leaf.Value).ToJsonString() }) : [];

    /// <summary>What stands at a path, written as <see cref="FieldPath"/> does; null when nothing does.</summary>
    public static FoundNode? Find(JsonNode? body, string path) => Find(body, "", path);

    private static FoundNode? Find(JsonNode? node, string at, string path)
    {
        if (at == path)
        {
            return new FoundNode(node);
        }

        return Children(node, at)
            .Where(child => path == child.Path || (path.StartsWith(child.Path, StringComparison.Ordinal) && path[child.Path.Length] is '.' or '['))
            .Select(child => Find(child.Node, child.Path, path))
            .FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<Leaf> In(JsonNode? node, string path)
    {
        var children = Children(node, path).ToList();
        return children.Count == 0 ? [new Leaf(path, FieldChanges.Show(node), "")] : children.SelectMany(child => In(child.Node, child.Path));
    }

    private static IEnumerable<(string Path, JsonNode? Node)> Children(JsonNode? node, string path) => node switch
    {
        JsonObject fields => fields.Select(field => (FieldPath.Join(path, field.Key), field.Value)),
        JsonArray items => FieldChanges.Entries(items).Select(entry => ($"{path}[{entry.Key}]", entry.Value)),
        _ => [],
    };
}
