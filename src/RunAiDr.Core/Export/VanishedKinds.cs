using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>
/// Files that only vanished with their kind. Deleting a CustomResourceDefinition takes every resource of its kind along,
/// so such a deletion is an accident until an operator says otherwise.
/// </summary>
public static class VanishedKinds
{
    private const string Definitions = "customresourcedefinitions";

    /// <summary>
    /// The deleted files that are to be kept: definitions, what is of their kinds, and what is of kinds
    /// that the cluster does not serve, each with its secrets.
    /// </summary>
    /// <param name="changes">What the cluster shows against the last restore point.</param>
    /// <param name="lackingKinds">From <see cref="ExportReport.LackingKinds"/>.</param>
    public static IReadOnlyList<string> Among(IReadOnlyList<StateChange> changes, IReadOnlyList<string> lackingKinds)
    {
        var deleted = changes
            .Where(change => change.Kind == StateChangeKind.Deleted).Select(change => change.Path).ToList();
        if (deleted.Count == 0)
        {
            return [];
        }

        var parsed = deleted
            .Select(path => (Path: path, Parts: StatePath.TryParse(SealedFiles.DocumentOf(path) ?? path, out var parts) ? parts : null))
            .Select(file => (file.Path, Kind: QualifiedName(file.Parts), file.Parts?.Name))
            .ToList();
        var vanished = parsed.Where(file => IsDefinition(file.Kind)).Select(file => file.Name)
            .Concat(lackingKinds.Select(lack => lack.Split(' ')[0]))
            .ToHashSet(StringComparer.Ordinal);
        return [.. parsed.Where(file => IsDefinition(file.Kind) || vanished.Contains(file.Kind)).Select(file => file.Path)];
    }

    /// <summary>Stops an export that would delete such files.</summary>
    /// <exception cref="RunAiDrException">There are some.</exception>
    public static void Check(IReadOnlyList<StateChange> changes, IReadOnlyList<string> lackingKinds)
    {
        if (Among(changes, lackingKinds) is { Count: > 0 } held)
        {
            throw new RunAiDrException(
                Fault.NeedsOperator,
                $"{Describe(held)}, so nothing was committed.",
                "Bring the definitions back. If they are gone on purpose, export again with --allow-deletions.");
        }
    }

    /// <summary>The path of the CustomResourceDefinition of a file's kind, null for a file of no custom kind.</summary>
    internal static string? DefinitionOf(string path) =>
        StatePath.TryParse(path, out var parts) && parts.Group.Length > 0 && parts.Plural != Definitions
            ? StatePath.For(ResourceKey.For(KnownKinds.Definition, null, ResourceKind.Qualify(parts.Group, parts.Plural)))
            : null;

    /// <summary>One sentence for people: which kinds are gone and how many files are kept.</summary>
    public static string Describe(IReadOnlyList<string> held)
    {
        var documents = held.Where(path => SealedFiles.DocumentOf(path) is null).ToList();
        var kinds = documents
            .Select(path => StatePath.TryParse(path, out var parts) ? KindOf(parts) : path)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return $"The cluster no longer has the custom resource definitions of {string.Join(", ", kinds)}: "
            + $"{documents.Count} files of the last restore point would go";
    }

    // A definition is named for the kind that it defines.
    private static string KindOf(StatePathParts parts) =>
        parts.Plural == Definitions && parts.Name is { } name ? name : ResourceKind.Qualify(parts.Group, parts.Plural);

    private static string QualifiedName(StatePathParts? parts) =>
        parts is null ? "" : ResourceKind.Qualify(parts.Group, parts.Plural);

    private static bool IsDefinition(string kind) => kind == $"{Definitions}.apiextensions.k8s.io";
}
