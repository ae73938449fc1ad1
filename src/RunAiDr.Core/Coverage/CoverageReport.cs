using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Coverage;

/// <summary>What a cluster holds of Run:ai, and what of it a restore point protects.</summary>
public sealed record CoverageReport(
    CommitId RestorePoint, IReadOnlyList<CoverageItem> Items, IReadOnlyList<UnlistedKind> Unknown)
{
    /// <summary>Whether every kind could be listed, and every resource is protected or has a reason not to be.</summary>
    public bool IsComplete => Unknown.Count == 0 && !Items.Any(item => item.Reason.IsGap());

    /// <summary>Number of resources by reason, those to look at first.</summary>
    public IEnumerable<(CoverageReason Reason, int Count)> Counts() =>
        Items.GroupBy(item => item.Reason).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()));
}

/// <summary>One resource. <paramref name="Detail"/> is the rule, release or owner, or empty.</summary>
public sealed record CoverageItem(ResourceKey Key, string? Project, CoverageReason Reason, string Detail)
{
    /// <summary>Where it is, a namespace being in itself; null for the whole cluster.</summary>
    public string? Namespace => Key is { Group: "", Plural: "namespaces" } ? Key.Name : Key.Namespace;

    public override string ToString() => Detail.Length == 0 ? $"{Key}" : $"{Key}: {Detail}";
}

/// <summary>A kind of which nobody knows what the cluster holds.</summary>
public sealed record UnlistedKind(string Kind, string Why);
