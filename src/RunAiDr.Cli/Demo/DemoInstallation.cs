using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Installation;

namespace RunAiDr.Cli.Demo;

/// <summary>The installation that is lost: the sample, with snapshots of volumes and a running database.</summary>
internal static class DemoInstallation
{
    public const string DatabasePod = "runai-backend-postgresql-0";

    /// <summary>What is added to the configuration file.</summary>
    public const string Configuration = """

        database: {provider: pgdump, objective: 24h, names: [backend]}
        metrics: {provider: csi, objective: 24h}
        dumps: {directory: dumps}

        """;

    public static IEnumerable<JsonObject> Resources() => SampleInstallation.Resources().Concat(SampleInstallation.Snapshots()).Append(Pod());

    /// <summary>Where the charts are, added to the configuration file.</summary>
    public static string ChartConfiguration((string ControlPlane, string Cluster) charts) => $"charts: {{controlPlane: ./{Path.GetFileName(charts.ControlPlane)}, cluster: ./{Path.GetFileName(charts.Cluster)}}}\n";

    /// <summary>What the control plane brings back from its database once the cluster has connected.</summary>
    public static IEnumerable<JsonObject> BroughtBack() => SampleInstallation.Resources()
        .Where(resource => (string?)resource["kind"] is "Project" or "Department" or "NodePool" or "AccessRule");

    /// <summary>What a cluster has before Run:ai comes: kinds of snapshots, storage classes.</summary>
    public static IEnumerable<JsonObject> Prerequisites() => SampleInstallation.Snapshots()
        .Concat(SampleInstallation.Resources().Where(resource => (string?)resource["kind"] == "StorageClass"));

    /// <summary>From the Secret of the installation.</summary>
    public static string DatabasePassword()
    {
        var secret = SampleInstallation.Resources().First(resource =>
            (string?)resource["kind"] == "Secret" && (string?)resource["metadata"]!["name"] == "runai-backend-postgresql");
        return Encoding.UTF8.GetString(Convert.FromBase64String((string)secret["data"]!["postgres-password"]!));
    }

    private static JsonObject Pod() => JsonNode.Parse($$"""
        {
          "apiVersion": "v1",
          "kind": "Pod",
          "metadata": {
            "name": "{{DatabasePod}}",
            "namespace": "runai-backend",
            "labels": {
              "app.kubernetes.io/component": "primary",
              "app.kubernetes.io/instance": "runai-backend",
              "app.kubernetes.io/name": "postgresql"
            }
          },
          "spec": {
            "containers": [{
              "name": "postgresql",
              "image": "registry.example.internal/runai/postgresql:16.4.0",
              "ports": [{ "name": "tcp-postgresql", "containerPort": 5432, "protocol": "TCP" }]
            }]
          },
          "status": { "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] }
        }
        """)!.AsObject();
}
