using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Secrets.Sealing;
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
/// <param name="Dangers">Those that its commit brought.</param>
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
    IReadOnlyList<DangerFact> Dangers,
    string PlanCommand,
    string Command);

/// <summary>The content in numbers and names: what is kept of a commit, since nothing of it changes.</summary>
/// <param name="Resources">How many it holds.</param>
/// <param name="Kinds">How many of each kind.</param>
/// <param name="Namespaces">How many in each namespace.</param>
/// <param name="Releases">Its Helm releases.</param>
/// <param name="Snapshots">Its snapshot references.</param>
/// <param name="Secrets">Those that are not in the repository.</param>
/// <param name="EncryptedSecrets">Those that are, encrypted.</param>
/// <param name="TakesIdentity">Whether a private key that the command names opens them.</param>
/// <param name="Problems">What is wrong with its files.</param>
internal sealed record RestorePointContent(
    int Resources,
    IReadOnlyList<CountFact> Kinds,
    IReadOnlyList<CountFact> Namespaces,
    IReadOnlyList<ReleaseFact> Releases,
    IReadOnlyList<SnapshotFact> Snapshots,
    IReadOnlyList<string> Secrets,
    IReadOnlyList<string> EncryptedSecrets,
    bool TakesIdentity,
    IReadOnlyList<string> Problems)
{
    public static RestorePointContent Of(IStateTree tree)
    {
        var read = RestorePointSummary.Of(tree);
        var encrypted = tree.Files.Select(file => file.Path)
            .Where(path => SealedFiles.DocumentOf(path) is not null && !SealedFiles.IsMacs(path) && !SealedFiles.IsSeal(path)).ToList();
        var documents = encrypted.Select(SealedFiles.DocumentOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var secrets = read.SecretNames.ToLookup(name => IsIn(documents, name));
        return new RestorePointContent(
            read.Resources,
            Counts(read.Kinds),
            Counts(read.InNone > 0 ? read.Namespaces.Append(KeyValuePair.Create("(of the cluster)", read.InNone)) : read.Namespaces),
            [.. read.Releases.Select(release => new ReleaseFact(release.Name, release.Namespace, release.Chart, release.ChartVersion))],
            [.. read.Snapshots.Select(one => new SnapshotFact(CheckpointSummary.NameOf(one.Component), one.Provider, one.Location, one.TakenAt, one.Failure))],
            [.. secrets[false]],
            [.. secrets[true]],
            secrets[true].Any() && encrypted.Exists(path => path.EndsWith(".age", StringComparison.Ordinal)),
            [.. read.Problems.Select(problem => $"{problem.Message}. {problem.Remedy}")]);
    }

    // The name of a secret begins with the path of its document, and the rest may have slashes too.
    private static bool IsIn(HashSet<string> documents, string name) =>
        name.Index().Any(letter => letter.Item == '/' && documents.Contains($"{name.AsSpan(0, letter.Index)}.yaml"));

    private static IReadOnlyList<CountFact> Counts(IEnumerable<KeyValuePair<string, int>> counts) =>
        [.. counts.Select(count => new CountFact(count.Key, count.Value)).OrderBy(count => count.Name, StringComparer.Ordinal)];
}

internal sealed record CountFact(string Name, int Count);

internal sealed record ReleaseFact(string Name, string Namespace, string Chart, string Version);

internal sealed record SnapshotFact(string Component, string Provider, string Location, DateTimeOffset TakenAt, string? Failure);
