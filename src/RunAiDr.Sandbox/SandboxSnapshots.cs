namespace RunAiDr.Sandbox;

/// <summary>A CSI driver that takes snapshots, and the snapshot controller beside it, as the sandbox plays them.</summary>
public sealed record SandboxSnapshots
{
    /// <summary>Name of the driver; snapshots of other drivers' volumes never get anywhere.</summary>
    public string Driver { get; init; } = "csi.example.internal";

    /// <summary>How long a snapshot is cut already but not usable yet.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Whether the driver also makes volumes for claims, and claims are bound. A pod of <see cref="SandboxWorkloads"/>
    /// then waits until its claims are.
    /// </summary>
    public bool Provisions { get; init; }
}
