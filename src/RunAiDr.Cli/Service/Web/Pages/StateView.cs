using System.Text.RegularExpressions;
using RunAiDr.Cli.Commands;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.History;
using RunAiDr.Core.State;
using RunAiDr.Git;
using RunAiDr.Git.Signing;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>The state of one cluster as one request sees it.</summary>
internal sealed partial class StateView(string cluster, DrConfig config, GitStateStore store, StateReader reader) : IDisposable
{
    private const int MostShown = 256 * 1024;

    // The list of those who may sign can change, and keys expire.
    private static readonly TimeSpan Verdicts = TimeSpan.FromMinutes(1);

    private IStateTree? _tip;

    public string Cluster => cluster;

    /// <summary>Where drift is reviewed; null where it is not.</summary>
    public string? DriftBranch => config.Review is null ? null : GitStateStore.DriftBranchOf(cluster);

    /// <summary>What the branch of record has; null before the first export, and where that waits for a review.</summary>
    public IStateTree? Tip() => _tip ??= store.Recorded(cluster);

    /// <summary>What was observed last.</summary>
    public CommitId? Observed() => store.Tip(cluster)?.Id;

    /// <summary>What waits for a review.</summary>
    public async Task<DriftFacts> DriftAsync(CancellationToken ct) => config.Review is null
        ? DriftFacts.NotReviewed
        : await reader.RememberAsync(
            (nameof(DriftFacts), cluster, Tip()?.Id, Observed()), null, () => DriftFacts.Read(store, config.Clusters.First(one => one.Name == cluster)), ct);

    public IReadOnlyList<CheckpointFact> Checkpoints() =>
        [.. store.Tags(cluster).Where(CheckpointSummary.IsOf).Select(tag => reader.Remember((nameof(CheckpointFact), cluster, tag.Name, tag.Commit), null, () => Fact(tag)))];

    /// <summary>Some entries from a commit back; null is the newest.</summary>
    /// <param name="project">What of the cluster, as <c>history</c> takes it; null is all.</param>
    /// <param name="from">The commit.</param>
    /// <param name="count">How many.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RunAiDrException">There has never been such a project, or there is no such commit.</exception>
    public HistoryFacts History(string? project, CommitId? from, int count, CancellationToken ct) =>
        Entries((nameof(History), project), () => new HistoryPath(store, ProjectLabel()).Find(new HistoryQuery(cluster), project, ct), from, count, ct) with { Project = project, From = from };

    /// <exception cref="RunAiDrException">There is no such restore point, or its signature cannot be checked.</exception>
    public async Task<RestorePointFacts> RestorePointAsync(string reference, CancellationToken ct)
    {
        var tree = store.Open(cluster, reference);
        var verdict = await reader.RememberAsync(
            (nameof(SignatureVerdict), cluster, reference, tree.Id), Verdicts, () => store.CheckSignature(cluster, reference, tree.Id), ct);
        var content = await reader.RememberAsync((cluster, tree.Id, nameof(RestorePointContent)), null, () => RestorePointContent.Of(tree), ct);
        var dangers = await reader.RememberAsync((cluster, tree.Id, nameof(CommitDangers)), null, () => DangersOf(tree.Id, ct), ct);
        var name = Plain().IsMatch(reference) ? reference : tree.Id.Sha;
        var which = reader.Clusters.Count > 1 ? $" --cluster {cluster}" : "";
        var secrets = $"{(content.TakesIdentity ? " --identity identity.txt" : "")}{(content.Secrets.Count > 0 ? " --secrets secrets.yaml" : "")}";
        var refused = verdict.State is SignatureState.Bad or SignatureState.Revoked || (config.Signatures.Required && verdict.State != SignatureState.Good);
        return new RestorePointFacts(
            reference,
            tree.Id,
            tree.CommittedAt,
            Word(verdict.State),
            verdict.Finding,
            refused,
            content,
            dangers.Found ?? [],
            $"runai-dr plan {name}{which} --target-context \"${{new:?}}\"{secrets}",
            $"runai-dr rehydrate {name}{which} --target-context \"${{new:?}}\"{secrets}");
    }

    /// <summary>Null when the cluster never had such a file.</summary>
    public ResourceFacts? Resource(string path, CancellationToken ct)
    {
        // A folder has a history too, but no page.
        if (path.EndsWith('/') || Tip() is not { } tip)
        {
            return null;
        }

        var history = Entries((nameof(Resource), path), () => new HistoryQuery(cluster) { Path = path }, null, ResourcePage.EntriesShown, ct).Entries;
        var content = tip.Read(path);
        if (content is null)
        {
            return history.Count == 0 ? null : new ResourceFacts(path, null, "It is not there any more.", history);
        }

        var text = path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal) || content.Length > MostShown ? null : StrictUtf8.TryDecode(content);
        return new ResourceFacts(path, text, text is null ? "It is encrypted, or too large to be shown here." : null, history);
    }

    public void Dispose() => store.Dispose();

    private static string Word(SignatureState state) => state switch
    {
        SignatureState.NotChecked => "not checked",
        SignatureState.Good => "good",
        SignatureState.NotSigned => "not signed",
        SignatureState.UnknownSigner => "unknown signer",
        SignatureState.Expired => "expired",
        SignatureState.Revoked => "revoked",
        _ => "bad",
    };

    private HistoryFacts Entries((string, string?) what, Func<HistoryQuery> query, CommitId? from, int count, CancellationToken ct)
    {
        var start = from ?? Tip()?.Id;
        return start is null ? new HistoryFacts(null, [], null) : reader.Remember((cluster, start, what, count), null, () =>
        {
            List<HistoryEntry> read = [.. store.History.Entries(query() with { From = from?.Sha }, ct).Take(count + 1)];
            return new HistoryFacts(null, [.. read.Take(count).Select(Told)], read.Count > count ? read[count].Commit : null);
        });

        TimelineEntry Told(HistoryEntry entry) => TimelineEntry.Of(entry, CommitDangers.IsTooMuch(entry) ? CommitDangers.NotLookedAt
            : reader.Remember((cluster, entry.Commit, what), null, () => CommitDangers.Of(store, cluster, entry.Commit, entry.Changes)));
    }

    private string ProjectLabel() => Connections.ScopeOf(config.Clusters.First(one => one.Name == cluster)).ProjectLabel;

    // A commit that changed nothing of the cluster is no part of its history.
    private CommitDangers DangersOf(CommitId commit, CancellationToken ct) =>
        store.History.Entries(new HistoryQuery(cluster) { From = commit.Sha }, ct).FirstOrDefault() is { } entry && entry.Commit == commit
            ? CommitDangers.Of(store, cluster, commit, entry.Changes)
            : CommitDangers.NotLookedAt;

    private CheckpointFact Fact(StateTag tag)
    {
        var checkpoint = Checkpoint.Of(store, cluster, tag);
        var failures = checkpoint.References.Where(one => one.Failure is not null).Select(one => $"{CheckpointSummary.NameOf(one.Component)}: {one.Failure}");
        return new CheckpointFact(
            tag.Name,
            tag.Commit,
            tag.TaggedAt,
            checkpoint.IsPartial,
            [.. checkpoint.References.Where(one => one.Failure is null).Select(one => CheckpointSummary.NameOf(one.Component))],
            checkpoint.Defect ?? (checkpoint.IsPartial ? string.Join("; ", failures) : null));
    }

    // A name that a shell takes as it is.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", RegexOptions.None, 1000)]
    private static partial Regex Plain();
}
