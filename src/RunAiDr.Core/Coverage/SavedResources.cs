using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Coverage;

/// <summary>What a restore point holds.</summary>
internal sealed class SavedResources(IStateTree restorePoint)
{
    private readonly HashSet<string> _paths = restorePoint.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);

    public bool Has(ResourceKey key) => _paths.Contains(StatePath.For(key));

    /// <summary>Whether the data of a Secret stands encrypted beside it.</summary>
    public bool HasDataOf(ResourceKey key) => _paths.Contains(SealedFiles.MacsPathOf(StatePath.For(key)));

    public bool HasValuesOf(string release) => _paths.Contains(HelmReleaseFile.ValuesPath(release));
}
