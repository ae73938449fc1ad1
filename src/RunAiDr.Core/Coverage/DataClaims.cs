using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Core.Coverage;

/// <summary>The volume claims of database and metrics: no state tree has their content, a checkpoint names a copy of it.</summary>
internal sealed class DataClaims(IReadOnlyCollection<HelmReleaseScope> releases, SavedResources saved)
{
    /// <summary>Null for what is no such claim.</summary>
    public (CoverageReason Reason, string Detail)? Explain(ResourceHead head)
    {
        if (head.Kind is not { Group: "", Plural: "persistentvolumeclaims" })
        {
            return null;
        }

        foreach (var component in Enum.GetValues<SnapshotComponent>())
        {
            var reference = saved.DataOf(component);
            if (IsOf(reference, head) || releases.Any(release => release.Namespace == head.Namespace && ControlPlaneClaims.IsOf(release.Release, component, head.Name)))
            {
                return Explain(reference, CheckpointSummary.NameOf(component), head);
            }
        }

        return null;
    }

    private static bool IsOf(SnapshotReference? reference, ResourceHead head) =>
        reference?.Csi is { } csi && csi.Namespace == head.Namespace && csi.Claim == head.Name;

    private static (CoverageReason Reason, string Detail) Explain(SnapshotReference? reference, string component, ResourceHead head) => reference switch
    {
        null => (CoverageReason.NotSaved, $"no checkpoint has the {component}"),
        { Failure: { } failure } => (CoverageReason.NotSaved, $"checkpoint {reference.Checkpoint} lacks the {component}: {failure}"),
        { Dump: null, Csi: null } => (CoverageReason.NotSaved, $"checkpoint {reference.Checkpoint} has the {component} of elsewhere"),
        { Csi: { } csi } when !IsOf(reference, head) => (CoverageReason.NotSaved, $"checkpoint {reference.Checkpoint} has the {component} of claim {csi.Claim}"),
        _ => (CoverageReason.Snapshot, $"checkpoint {reference.Checkpoint}"),
    };
}
