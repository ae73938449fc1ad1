namespace RunAiDr.Core.Snapshots;

/// <summary>The data of a Run:ai installation that no resource of the cluster holds.</summary>
public enum SnapshotComponent
{
    /// <summary>The PostgreSQL of the control plane.</summary>
    Database,

    /// <summary>The metrics that Thanos receive keeps.</summary>
    Metrics,
}
