using RunAiDr.Core;

namespace RunAiDr.Cluster.Leases;

/// <summary>Which Lease elects the leader, who competes, and how fast. The defaults are those of client-go.</summary>
/// <param name="Namespace">Namespace of the Lease.</param>
/// <param name="Name">Name of the Lease; it is created when it is not there.</param>
/// <param name="Identity">Who competes; no two running processes may share one.</param>
public sealed record LeaseOptions(string Namespace, string Name, string Identity)
{
    /// <summary>How long others wait after the last sign of a leader before one takes its place.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a leader that cannot renew goes on; shorter than <see cref="LeaseDuration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause between two tries to take or renew the lease.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    internal void Validate()
    {
        if (Namespace.Length == 0 || Name.Length == 0 || Identity.Length == 0)
        {
            throw Wrong("its namespace, its name or the identity of this replica is empty", "Give all three.");
        }

        if (LeaseDuration < TimeSpan.FromSeconds(1) || RenewDeadline >= LeaseDuration || RetryPeriod * 2 > RenewDeadline
            || RetryPeriod <= TimeSpan.Zero)
        {
            throw Wrong(
                $"lease duration {LeaseDuration}, renew deadline {RenewDeadline} and retry period {RetryPeriod} do not fit",
                "The lease must last at least 1 s and longer than the deadline, and the deadline twice the retry period.");
        }
    }

    private RunAiDrException Wrong(string why, string remedy) =>
        new(Fault.Configuration, $"The lease {Namespace}/{Name} cannot elect a leader: {why}", remedy);
}
