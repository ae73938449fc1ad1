using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Coverage;

/// <summary>What a restore point holds.</summary>
internal sealed class SavedResources(IStateTree restorePoint)
{
    private readonly HashSet<string> _paths = restorePoint.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);

    private readonly Dictionary<SnapshotComponent, SnapshotReference> _data = Enum.GetValues<SnapshotComponent>()
        .Select(component => SnapshotReference.In(restorePoint, component)).OfType<SnapshotReference>()
        .ToDictionary(reference => reference.Component);

    public bool Has(ResourceKey key) => _paths.Contains(StatePath.For(key));

    /// <summary>Whether the data of a Secret stands encrypted beside it.</summary>
    public bool HasDataOf(ResourceKey key) => _paths.Contains(SealedFiles.MacsPathOf(StatePath.For(key)));

    /// <summary>Where the data of a component is, or why nowhere; null when nobody has taken it.</summary>
    public SnapshotReference? DataOf(SnapshotComponent component) => _data.GetValueOrDefault(component);

    public bool HasValuesOf(string release) => _paths.Contains(HelmReleaseFile.ValuesPath(release));
}
