using System.Text.Json.Serialization;
using RunAiDr.Cli.Configuration;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Review;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>What was observed of a cluster and waits for a review.</summary>
/// <param name="Branch">Where it waits; null where nothing is reviewed, and then there is nothing else.</param>
/// <param name="RestorePoint">What the branch of record has; null when it has nothing of the cluster yet.</param>
/// <param name="Summary">How much waits; null when nothing was observed yet.</param>
/// <param name="Actors">The field managers that changed the cluster since.</param>
/// <param name="Dangers">What the cluster gained that is dangerous, the first of all differences.</param>
/// <param name="Groups">The first differences, by project.</param>
/// <param name="More">How many differences are not among them.</param>
internal sealed record DriftFacts(
    string? Branch,
    CommitId? RestorePoint,
    DriftSummary? Summary,
    IReadOnlyList<string> Actors,
    IReadOnlyList<DangerFact> Dangers,
    IReadOnlyList<DriftGroupFact> Groups,
    int More)
{
    private const int MostItems = 100;
    private const int MostLetters = 1024 * 1024;

    public static readonly DriftFacts NotReviewed = new(null, null, null, [], [], [], 0);

    /// <summary>Reads both sides, and every file that differs.</summary>
    /// <param name="store">Of the reviewed cluster.</param>
    /// <param name="cluster">The cluster.</param>
    public static DriftFacts Read(GitStateStore store, ClusterConfig cluster)
    {
        var (branch, record) = (GitStateStore.DriftBranchOf(cluster.Name), store.Recorded(cluster.Name));
        if (store.Tip(cluster.Name) is not { } observed)
        {
            return NotReviewed with { Branch = branch };
        }

        var actors = store.ActorsSinceRecorded();
        var differences = ObservedDrift.Between(cluster.Name, record, observed, actors).Differences;
        var drift = Drift.Of(differences, record ?? observed, Connections.ScopeOf(cluster).ProjectLabel);
        var dangers = differences.Items.SelectMany(item => item.Dangers, (item, danger) => new DangerFact(item.Path, danger)).Take(MostItems);
        var groups = First(drift);
        var more = differences.Items.Count - groups.Sum(group => group.Items.Count);
        return new DriftFacts(branch, record?.Id, drift.Summary, actors, [.. dangers], groups, more);
    }

    private static List<DriftGroupFact> First(Drift drift)
    {
        var (left, letters) = (MostItems, MostLetters);
        List<DriftGroupFact> groups = [];
        foreach (var group in drift.Groups)
        {
            List<DifferenceFact> items = [];
            foreach (var item in group.Items.TakeWhile(_ => left > 0 && letters > 0).Select(DifferenceFact.Of))
            {
                (left, letters) = (left - 1, letters - item.Letters);
                items.Add(item);
            }

            if (items.Count > 0)
            {
                groups.Add(new DriftGroupFact(group.Title, items));
            }
        }

        return groups;
    }
}

/// <summary>What differs in a project, a namespace or outside of all.</summary>
internal sealed record DriftGroupFact(string Title, IReadOnlyList<DifferenceFact> Items);

/// <param name="Path">Of the file.</param>
/// <param name="Kind">From the branch of record to the cluster.</param>
/// <param name="Dangers">What the cluster gained that is dangerous.</param>
/// <param name="Fields">What differs, in words.</param>
/// <param name="Diff">The same line by line.</param>
internal sealed record DifferenceFact(string Path, DifferenceKind Kind, IReadOnlyList<string> Dangers, IReadOnlyList<string> Fields, IReadOnlyList<string> Diff)
{
    private const int MostLines = 200;
    private const int LongestLine = 500;

    [JsonIgnore]
    public int Letters => Fields.Concat(Diff).Sum(line => line.Length);

    public static DifferenceFact Of(StateDifference difference)
    {
        var (fields, diff) = (difference.Fields.Select(field => field.ToString()).ToList(), difference.UnifiedDiff());
        return new DifferenceFact(difference.Path, difference.Kind, difference.Dangers, Shortened(fields), Shortened(diff));
    }

    private static IReadOnlyList<string> Shortened(IReadOnlyList<string> lines)
    {
        var first = lines.Take(MostLines).Select(line => line.Length <= LongestLine ? line : $"{line[..LongestLine]}…");
        return lines.Count <= MostLines ? [.. first] : [.. first, $"and {Words.Count(lines.Count - MostLines, "line", "lines")} more"];
    }
}
