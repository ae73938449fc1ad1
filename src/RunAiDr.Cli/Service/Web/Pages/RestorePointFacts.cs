using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What is told of one restore point.</summary>
/// <param name="Reference">As it was asked for.</param>
/// <param name="Commit">What that names.</param>
/// <param name="CommittedAt">When.</param>
/// <param name="SignatureState">The verdict in a word.</param>
/// <param name="Signature">The same as a sentence.</param>
/// <param name="SignatureRefused">Whether it would not be restored for that.</param>
/// <param name="Content">What it holds.</param>
/// <param name="PlanCommand">Looks at a target.</param>
/// <param name="Command">Restores it.</param>
internal sealed record RestorePointFacts(
    string Reference,
    CommitId Commit,
    DateTimeOffset CommittedAt,
    string SignatureState,
    string Signature,
    bool SignatureRefused,
    RestorePointContent Content,
    string PlanCommand,
    string Command);

/// <summary>The content in numbers and names: what is kept of a commit, since nothing of it changes.</summary>
internal sealed record RestorePointContent(
    int Resources,
    IReadOnlyList<CountFact> Kinds,
    IReadOnlyList<CountFact> Namespaces,
    IReadOnlyList<ReleaseFact> Releases,
    IReadOnlyList<SnapshotFact> Snapshots,
    IReadOnlyList<string> Secrets,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> NotHandled)
{
    public static RestorePointContent Of(IStateTree tree)
    {
        var content = Read(tree);

        // The whole of it was in memory, and pages allocate too little for the garbage to go soon.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return content;
    }

    private static RestorePointContent Read(IStateTree tree)
    {
        var read = RestorePoint.Read(tree);
        return new RestorePointContent(
            read.Resources.Count,
            Counts(read.Resources, item => item.Resource.Key.QualifiedName),
            Counts(read.Resources, item => item.Resource.Key.Namespace ?? "(of the cluster)"),
            [.. read.Releases.Select(release => new ReleaseFact(release.Name, release.Namespace, release.Chart, release.ChartVersion))],
            [.. read.Snapshots.Select(one => new SnapshotFact(CheckpointSummary.NameOf(one.Component), one.Provider, one.Location, one.TakenAt, one.Failure))],
            read.SecretNames,
            [.. read.Problems.Select(problem => $"{problem.Message}. {problem.Remedy}")],
            [.. read.NotHandled.Where(path => !IsTold(path))]);
    }

    // Releases and snapshots are listed as such.
    private static bool IsTold(string path) =>
        path.StartsWith(StateFolder.Values, StringComparison.Ordinal) || path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal);

    private static IReadOnlyList<CountFact> Counts(IEnumerable<RestorableResource> resources, Func<RestorableResource, string> by) =>
        [.. resources.GroupBy(by, StringComparer.Ordinal).Select(group => new CountFact(group.Key, group.Count())).OrderBy(count => count.Name, StringComparer.Ordinal)];
}

internal sealed record CountFact(string Name, int Count);

internal sealed record ReleaseFact(string Name, string Namespace, string Chart, string Version);

internal sealed record SnapshotFact(string Component, string Provider, string Location, DateTimeOffset TakenAt, string? Failure);
