using System.Net;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox;

/// <summary>How a <see cref="SandboxServer"/> starts.</summary>
public sealed class SandboxOptions
{
    /// <summary>Time stamps, timeouts and the pace of the controllers.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Port on the loopback address; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Bearer tokens and whom they stand for; their rights come from the RBAC resources in the server.</summary>
    public IReadOnlyDictionary<string, SandboxUser> Tokens { get; init; } = new Dictionary<string, SandboxUser>(StringComparer.Ordinal);

    /// <summary>Plays a snapshot controller and a CSI driver; null plays none. The kinds themselves are loaded as others are.</summary>
    public SandboxSnapshots? Snapshots { get; init; }

    /// <summary>Plays the controllers of workloads; null plays none, and workloads get no pods.</summary>
    public SandboxWorkloads? Workloads { get; init; }

    /// <summary>
    /// Who listens at a port of a pod (namespace, name, port), for port-forward: an address of this machine, null for
    /// nobody.
    /// </summary>
    public Func<string, string, int, IPEndPoint?> PodPorts { get; init; } = (_, _, _) => null;
}
