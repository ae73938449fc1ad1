using System.Text.Json.Nodes;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>A Helm release of a restore point; secrets in its values are placeholders.</summary>
public sealed record SavedRelease(string Name, string Namespace, string Chart, string ChartVersion, JsonObject Values)
{
    /// <summary>Whether it is the control plane; everything else belongs to the cluster.</summary>
    public bool IsControlPlane => Chart is "control-plane" or "runai-backend";

    /// <summary>Identity of the cluster at the control plane, null for the control plane itself.</summary>
    internal string? ClusterUid => IsControlPlane ? null : Resources.JsonFields.Text(Values["cluster"] as JsonObject ?? [], "uid");
}
