using System.Text.Json.Nodes;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>The <c>exec</c> section of a kubeconfig user: the program that gives the credential, and how to call it.</summary>
internal sealed record ExecPlugin(string Command, IReadOnlyList<string> Arguments, string ApiVersion, string Where)
{
    private static readonly string[] ApiVersions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public string? InstallHint { get; init; }

    /// <summary>Value of KUBERNETES_EXEC_INFO.</summary>
    public required string Info { get; init; }

    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    public static ExecPlugin From(KubeconfigEntry exec, KubeconfigEntry cluster, ClusterConnection connection)
    {
        var where = $"{exec.File}: {exec.Place}";
        var apiVersion = exec.Text("apiVersion") ?? "";
        if (!ApiVersions.Contains(apiVersion, StringComparer.Ordinal))
        {
            throw exec.Wrong("apiVersion", string.Join(" or ", ApiVersions));
        }

        if (exec.Text("interactiveMode") == "Always")
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{where}: the plugin asks questions (interactiveMode: Always)",
                "Use a plugin or user that needs no terminal.");
        }

        var command = exec.Text("command") ?? throw exec.Wrong("command", "set");
        return new ExecPlugin(
            command.Contains('/') ? exec.FullPath(command) : command,
            [.. exec.List("args").Select(a => a?.ToString() ?? "")],
            apiVersion,
            where)
        {
            Environment = [.. exec.List("env").OfType<JsonObject>()
                .Select(e => new KeyValuePair<string, string>(e["name"]?.ToString() ?? "", e["value"]?.ToString() ?? ""))],
            InstallHint = exec.Text("installHint"),
            Info = InfoFor(apiVersion, exec.Flag("provideClusterInfo") ? ClusterInfo(cluster, connection) : null),
        };
    }

    private static string InfoFor(string apiVersion, JsonObject? cluster)
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (cluster is not null)
        {
            spec["cluster"] = cluster;
        }

        return new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
    }

    private static JsonObject ClusterInfo(KubeconfigEntry cluster, ClusterConnection connection)
    {
        var info = new JsonObject { ["server"] = connection.Server.OriginalString };
        if (cluster.Bytes("certificate-authority") is { } authority)
        {
            info["certificate-authority-data"] = Convert.ToBase64String(authority);
        }

        if (connection.Insecure)
        {
            info["insecure-skip-tls-verify"] = true;
        }

        if (connection.ServerName is { } name)
        {
            info["tls-server-name"] = name;
        }

        if (connection.Proxy is { } proxy)
        {
            info["proxy-url"] = proxy.OriginalString;
        }

        var own = cluster.List("extensions").OfType<JsonObject>()
            .FirstOrDefault(e => e["name"]?.ToString() == "client.authentication.k8s.io/exec");
        info["config"] = own?["extension"]?.DeepClone();
        return info;
    }
}
