using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>The connection of a program that runs in a pod, as its service account.</summary>
public static class InCluster
{
    /// <summary>Where Kubernetes mounts the service account.</summary>
    public const string DefaultFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <param name="folder">Holds <c>token</c> and <c>ca.crt</c>.</param>
    /// <param name="host">Value of KUBERNETES_SERVICE_HOST.</param>
    /// <param name="port">Value of KUBERNETES_SERVICE_PORT.</param>
    /// <param name="clock">What the age of the token is measured with.</param>
    /// <returns>Null outside a cluster.</returns>
    /// <exception cref="RunAiDrException">The service account is there but cannot be used.</exception>
    public static ClusterConnection? TryLoad(string folder, string? host, string? port, TimeProvider clock)
    {
        var token = Path.Combine(folder, "token");
        var authority = Path.Combine(folder, "ca.crt");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port) || !File.Exists(token))
        {
            return null;
        }

        if (!File.Exists(authority))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{authority} does not exist", "Mount the service account with its CA certificate.");
        }

        var bracketed = host.Contains(':') ? $"[{host}]" : host;
        return new ClusterConnection(new Uri($"https://{bracketed}:{port}"))
        {
            Authorities = PemFiles.Authorities(File.ReadAllBytes(authority), authority),
            BypassProxy = true,
            Credentials = new TokenFileCredentials(token, clock),
        };
    }
}
