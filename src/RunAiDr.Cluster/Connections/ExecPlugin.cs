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
        var apiVersion = exec.Text("apiVersion") ?? "";
        if (!ApiVersions.Contains(apiVersion, StringComparer.Ordinal))
        {
            throw exec.Wrong("apiVersion", string.Join(" or ", ApiVersions));
        }

        if (exec.Text("interactiveMode") == "Always")
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{exec.Where}: the plugin asks questions (interactiveMode: Always)",
                "Use a plugin or user that needs no terminal.");
        }

        var command = exec.Text("command") ?? throw exec.Wrong("command", "set");
        var environment = exec.List("env").OfType<JsonObject>()
            .Select(e => new KeyValuePair<string, string>(e["name"]?.ToString() ?? "", e["value"]?.ToString() ?? "")).ToList();
        string[] arguments = [.. exec.List("args").Select(a => a?.ToString() ?? "")];
        if (command.Contains('=') || environment.Exists(e => e.Key.Length == 0 || e.Key.Contains('='))
            || arguments.Append(command).Concat(environment.SelectMany(e => (string[])[e.Key, e.Value])).Any(text => text.Contains('\0')))
        {
            throw exec.Wrong("command", "a program with arguments and variables that can be given to it");
        }

        return new ExecPlugin(command.Contains('/') ? exec.FullPath(command) : command, arguments, apiVersion, exec.Where)
        {
            Environment = environment,
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
