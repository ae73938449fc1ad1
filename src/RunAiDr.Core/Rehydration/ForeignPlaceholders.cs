using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Placeholders of another document. Filled, they would hand its secrets to whoever may read, or wrote, this one.
/// </summary>
internal static class ForeignPlaceholders
{
    /// <summary>Where the first is, as a JSON pointer, and its name; null when all are of the document.</summary>
    /// <param name="node">The content of the document.</param>
    /// <param name="path">Path of its file.</param>
    public static (string Pointer, string Name)? FirstIn(JsonNode? node, string path) =>
        FirstIn(node, "", PlaceholderNames.BeginningIn(path));

    /// <exception cref="RunAiDrException">There is one.</exception>
    public static void Refuse(YamlDocument document, string path)
    {
        if (FirstIn(document.Root, path) is var (pointer, name))
        {
            throw RestorePointReader.Bad(
                $"{path}:{document.Locate(pointer).Line}",
                $"holds the placeholder {name}, which belongs to another document: somebody copied or wrote it",
                "Undo the edit, and look who made it (git log).");
        }
    }

    private static (string Pointer, string Name)? FirstIn(JsonNode? node, string pointer, string beginning) => node switch
    {
        JsonObject fields => fields.Select(field => FirstIn(field.Value, pointer + YamlDocument.PointerTo(field.Key), beginning))
            .FirstOrDefault(found => found is not null),
        JsonArray items => items.Select((item, index) => FirstIn(item, $"{pointer}/{index}", beginning))
            .FirstOrDefault(found => found is not null),
        _ => Placeholder.NamesIn(node.AsText() ?? "").FirstOrDefault(name => !name.StartsWith(beginning, StringComparison.Ordinal)) is { } name
            ? (pointer, name)
            : null,
    };
}
