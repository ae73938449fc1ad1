using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration;

/// <summary>What a rehydration needs of <c>restore-point.yaml</c>.</summary>
internal sealed record RestorePointHeader(IReadOnlySet<string> CompareOnly)
{
    public const string Path = "restore-point.yaml";

    private const int NewestFormat = 1;

    /// <exception cref="RunAiDrException">It is absent, unreadable or of a newer format.</exception>
    public static RestorePointHeader Read(IStateTree tree)
    {
        var content = tree.Read(Path)
            ?? throw Bad("is not there: this is no complete export", "Choose a commit that an export made.");
        var header = YamlReader.Read(content, Path, Fault.RestorePoint) as JsonObject
            ?? throw Bad("holds no mapping", "Undo the edit.");
        if (header["formatVersion"] is not JsonValue version || !version.TryGetValue<int>(out var format) || format < 1)
        {
            throw Bad("has no formatVersion", "Undo the edit.");
        }

        return format > NewestFormat
            ? throw Bad(
                $"has format {format}; this program knows formats up to {NewestFormat}",
                "Use the runai-dr that made this restore point, or a newer one.")
            : new RestorePointHeader(header.Texts("compareOnly").ToHashSet(StringComparer.Ordinal));
    }

    private static RunAiDrException Bad(string what, string remedy) =>
        new(Fault.RestorePoint, $"{Path}: {what}", remedy);
}
