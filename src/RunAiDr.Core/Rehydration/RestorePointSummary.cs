using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>A restore point in numbers and names, read and checked as <see cref="RestorePoint"/> is; no resource stays in memory.</summary>
/// <param name="Resources">How many it holds.</param>
/// <param name="Kinds">How many of each kind, by qualified name.</param>
/// <param name="Namespaces">How many in each namespace.</param>
/// <param name="InNone">How many in none.</param>
/// <param name="SecretNames">Names of the secret values that it leaves to the operator, each once.</param>
/// <param name="Problems">What is wrong with its files.</param>
public sealed record RestorePointSummary(
    int Resources,
    IReadOnlyDictionary<string, int> Kinds,
    IReadOnlyDictionary<string, int> Namespaces,
    int InNone,
    IReadOnlyList<string> SecretNames,
    IReadOnlyList<RestorePointProblem> Problems)
{
    public IReadOnlyList<SavedRelease> Releases { get; init; } = [];

    public IReadOnlyList<SnapshotReference> Snapshots { get; init; } = [];

    /// <summary>Reads every file of a commit; what is wrong with one is one of <see cref="Problems"/>.</summary>
    public static RestorePointSummary Of(IStateTree tree) => RestorePointReader.Summarize(tree);
}
