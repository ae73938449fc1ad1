using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// What a commit holds, read and checked. With <see cref="Problems"/> nothing of it may be restored; they are all
/// there are, not only the first. <see cref="Info"/> is null when it is one of them.
/// </summary>
public sealed record RestorePoint(
    CommitId Id,
    DateTimeOffset CommittedAt,
    RestorePointInfo? Info,
    IReadOnlyList<RestorableResource> Resources,
    IReadOnlyList<string> NotHandled,
    IReadOnlyList<RestorePointProblem> Problems)
{
    /// <summary>Its Helm releases, the control plane first.</summary>
    public IReadOnlyList<SavedRelease> Releases { get; init; } = [];

    /// <summary>Its snapshot references.</summary>
    public IReadOnlyList<SnapshotReference> Snapshots { get; init; } = [];

    /// <summary>Names of the secret values that it leaves to the operator, each once.</summary>
    public IReadOnlyList<string> SecretNames =>
    [
        .. Restored.Select(item => item.Resource.Body).Concat(Releases.Select(release => release.Values)).SelectMany(SecretFilling.NamesIn)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads every file of a commit; what is wrong with one is one of <see cref="Problems"/>.</summary>
    public static RestorePoint Read(IStateTree tree) => RestorePointReader.Read(tree);

    /// <summary>What is restored: <see cref="Resources"/> without those that are compared only.</summary>
    internal RestorableResource[] Restored => [.. Resources.Where(r => !IsCompareOnly(r.Resource))];

    /// <summary>What is compared but never applied, by key.</summary>
    internal IEnumerable<Resource> CompareOnly =>
        Resources.Select(r => r.Resource).Where(IsCompareOnly).OrderBy(resource => resource.Key);

    internal static bool IsCompareOnly(Resource resource, RestorePointInfo? info) =>
        info?.IsCompareOnly(resource.Key) == true || Danger.IsClusterAdminBinding(resource.Body);

    private bool IsCompareOnly(Resource resource) => IsCompareOnly(resource, Info);
}

/// <summary>A resource and the file of the restore point it was read from.</summary>
public sealed record RestorableResource(string Path, Resource Resource);

/// <summary>Why a file of the restore point cannot be used. The message begins with path and line.</summary>
public sealed record RestorePointProblem(string Path, string Message, string Remedy);
