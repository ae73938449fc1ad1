using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Leases;
using RunAiDr.Core;

namespace RunAiDr.Cli.Service;

/// <summary>The election of the replica that writes.</summary>
internal static class Replicas
{
    private const string PodNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

    /// <exception cref="RunAiDrException">Outside a pod, no namespace is named for the Lease.</exception>
    public static LeaderElection Election(LeaderElectionConfig config, ClusterClient client, ProcessContext process, ILogger log)
    {
        var place = NamespaceOf(config);
        var identity = $"{process.Host}_{process.Id}";
        var lease = $"{place}/{config.Name}";
        LeaderElection? election = null;
        election = new LeaderElection(client, new LeaseOptions(place, config.Name, identity), process.Clock, new Random().NextDouble)
        {
            Changed = () => log.Leadership(identity, election?.Leader ?? "nobody", lease),
        };
        return election;
    }

    /// <exception cref="RunAiDrException">Outside a pod, none is named.</exception>
    public static string NamespaceOf(LeaderElectionConfig config) =>
        config.Namespace ?? (File.Exists(PodNamespace) ? File.ReadAllText(PodNamespace).Trim() : null)
            ?? throw new RunAiDrException(
                Fault.Configuration, "leaderElection has no namespace for its Lease", "Set leaderElection.namespace.");
}
