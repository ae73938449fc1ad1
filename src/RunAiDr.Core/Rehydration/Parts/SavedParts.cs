using System.Text.Json.Nodes;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>The Helm releases and snapshot references of a restore point, read and checked like its resources.</summary>
internal sealed record SavedParts(
    IReadOnlyList<SavedRelease> Releases, IReadOnlyList<SnapshotReference> Snapshots, IReadOnlyList<RestorePointProblem> Problems)
{
    public static SavedParts In(IStateTree tree)
    {
        var files = tree.Files.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var releases =
            (from file in files.Values
             where HelmReleaseFile.ReleaseOf(file.Path) is { } name && HelmReleaseFile.Path(name) == file.Path
             select RestorePointReader.Tried(() => ReadRelease(tree, file, files), file.Path)).ToArray();
        var snapshots =
            (from component in Enum.GetValues<SnapshotComponent>()
             let path = SnapshotReference.PathOf(component)
             where files.ContainsKey(path)
             select RestorePointReader.Tried(() => ReadSnapshot(tree, files[path]), path)).ToArray();
        return new(
            [.. releases.Select(read => read.Result).OfType<SavedRelease>().OrderByDescending(release => release.IsControlPlane)],
            [.. snapshots.Select(read => read.Result).OfType<SnapshotReference>()],
            [.. releases.Select(read => read.Problem).Concat(snapshots.Select(read => read.Problem)).OfType<RestorePointProblem>()]);
    }

    private static SnapshotReference ReadSnapshot(IStateTree tree, StateFile file)
    {
        var reference = SnapshotReference.Parse(RestorePointReader.Content(tree, file), file.Path);
        return SnapshotReference.PathOf(reference.Component) == file.Path
            ? reference
            : throw RestorePointReader.Bad(file.Path, $"is of component {reference.Component}", "Undo the edit, or move the file.");
    }

    private static SavedRelease ReadRelease(IStateTree tree, StateFile file, Dictionary<string, StateFile> files)
    {
        var name = HelmReleaseFile.ReleaseOf(file.Path) ?? "";
        var body = Map(tree, file);
        return new SavedRelease(
            name, Required(body, "namespace", file.Path), Required(body, "chart", file.Path), Required(body, "chartVersion", file.Path),
            files.TryGetValue(HelmReleaseFile.ValuesPath(name), out var values) ? Map(tree, values) : []);
    }

    private static string Required(JsonObject body, string key, string path) =>
        body.Text(key) ?? throw RestorePointReader.Bad(path, $"{key} is missing or not a text", "Undo the edit of this file.");

    private static JsonObject Map(IStateTree tree, StateFile file)
    {
        var document = YamlReader.ReadDocument(RestorePointReader.Content(tree, file), file.Path, Fault.RestorePoint);
        ForeignPlaceholders.Refuse(document, file.Path);
        return document.Root as JsonObject ?? throw RestorePointReader.Bad(file.Path, "is not a mapping", "Undo the edit of this file.");
    }
}
