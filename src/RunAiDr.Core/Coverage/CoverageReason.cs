namespace RunAiDr.Core.Coverage;

/// <summary>Why a resource is protected, or why not; those that an operator has to look at come first.</summary>
public enum CoverageReason
{
    Unexplained,
    NotSaved,
    Secret,
    KindNotInScope,
    OtherRelease,
    Excluded,
    Workload,
    Release,
    Owned,
    Generated,
    Terminating,
    Compared,
    Snapshot,
    Protected,
}

public static class CoverageReasons
{
    /// <summary>As options and results call it.</summary>
    public static string Word(this CoverageReason reason) => reason switch
    {
        CoverageReason.NotSaved => "not-saved",
        CoverageReason.KindNotInScope => "kind-not-in-scope",
        CoverageReason.OtherRelease => "other-release",
        _ => reason.ToString().ToLowerInvariant(),
    };

    public static string Meaning(this CoverageReason reason) => reason switch
    {
        CoverageReason.Unexplained => "the scope names the kind, but no rule is about it",
        CoverageReason.NotSaved => "to be saved, but not in the restore point",
        CoverageReason.Secret => "a secret whose data has to be supplied",
        CoverageReason.KindNotInScope => "the scope does not name the kind",
        CoverageReason.OtherRelease => "of a Helm release that the scope does not name",
        CoverageReason.Excluded => "left out by a rule of the scope",
        CoverageReason.Workload => "running work, which no restore brings back",
        CoverageReason.Release => "installed again with the release that it is of",
        CoverageReason.Owned => "made again by its owner",
        CoverageReason.Generated => "made again by Kubernetes",
        CoverageReason.Terminating => "being deleted",
        CoverageReason.Compared => "saved to compare with, not restored",
        CoverageReason.Snapshot => "its data is in the checkpoint that the restore point names",
        _ => "saved and restored",
    };

    /// <summary>Whether it disproves that all is protected that has to be.</summary>
    public static bool IsGap(this CoverageReason reason) => reason is CoverageReason.Unexplained or CoverageReason.NotSaved;
}
