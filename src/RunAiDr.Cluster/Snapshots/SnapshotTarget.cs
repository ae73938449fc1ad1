using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Snapshots;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>The volume of one component, fit to be snapshotted.</summary>
/// <param name="Component">What it holds.</param>
/// <param name="Namespace">Namespace of the claim.</param>
/// <param name="Claim">Name of the claim.</param>
/// <param name="ClaimSpec">The claim's spec without what binds it to this volume.</param>
/// <param name="Driver">The volume's CSI driver.</param>
/// <param name="Class">VolumeSnapshotClass of that driver.</param>
/// <param name="Warning">What its snapshot leaves out; null when nothing.</param>
internal sealed record SnapshotTarget(
    SnapshotComponent Component, string Namespace, string Claim, JsonObject ClaimSpec, string Driver, string Class, string? Warning)
{
    /// <summary>Why a snapshot is not there or of no use.</summary>
    public static RunAiDrException Failure(string message, string remedy) => new(Fault.Snapshot, message, remedy);
}
