namespace RunAiDr.Sandbox;

/// <summary>
/// The controllers of Deployments, StatefulSets, DaemonSets and Jobs, the scheduler and a node, as the sandbox plays them.
/// Nothing runs: pods only say that they do. A DaemonSet finds no node and wants no pod.
/// </summary>
public sealed record SandboxWorkloads
{
    /// <summary>How long the containers of a pod take to be ready, and those of a Job to end.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// What keeps the pods of a workload (namespace, name of the Deployment, StatefulSet or Job) from being ready; null for
    /// nothing. Asked again all the time, so that trouble may pass.
    /// </summary>
    public Func<string, string, PodTrouble?> Trouble { get; init; } = (_, _) => null;
}

/// <summary>Why a pod is not ready.</summary>
public enum PodTrouble
{
    /// <summary>No registry gives its image.</summary>
    ImagePullBackOff,

    /// <summary>Its containers end again and again; with restart policy Never the pod fails.</summary>
    CrashLoopBackOff,

    /// <summary>It runs, and its readiness probe fails.</summary>
    NotReady,

    /// <summary>No node takes it.</summary>
    Unschedulable,
}
