using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cli;

/// <summary>How a cluster of the configuration is reached and what of it is read.</summary>
internal static class Connections
{
    /// <exception cref="RunAiDrException">The scope file is missing or wrong.</exception>
    public static Scope ScopeOf(ClusterConfig config) =>
        config.Scope is { } path ? Scope.Parse(Load(path, "scope"), path) : Scope.RunAi();

    /// <exception cref="RunAiDrException">The file of secret rules is missing or wrong.</exception>
    public static SecretRules RulesOf(ClusterConfig config) =>
        config.SecretRules is { } path ? SecretRules.Parse(Load(path, "secretRules"), path) : SecretRules.RunAi();

    /// <summary>Whether this process runs in a pod of the cluster and so reaches its Services.</summary>
    public static bool IsInside(Invocation invocation, ClusterConnection connection) =>
        connection.Server.Host.Trim('[', ']') == invocation.Process.Environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST");

    /// <summary>The command line goes before the configuration, that before kubectl's rules, those before a pod's service account.</summary>
    public static ClusterConnection Of(Invocation invocation, ClusterConfig config)
    {
        var (kubeconfig, context) = Chosen(invocation, config);
        return Of(kubeconfig, context, invocation);
    }

    /// <summary>The kubeconfig file and context that were chosen; null leaves it to kubectl's rules.</summary>
    public static (string? Kubeconfig, string? Context) Chosen(Invocation invocation, ClusterConfig config) =>
        invocation.TargetKubeconfig is { } target ? (target, null) :
        (invocation.Get(invocation.Globals.Kubeconfig) is { } given ? invocation.PathOf(given) : config.Kubeconfig,
         invocation.TargetContext ?? invocation.Get(invocation.Globals.Context) ?? config.Context);

    /// <summary>By kubectl's rules where no file is named, then by a pod's service account.</summary>
    public static ClusterConnection Of(string? path, string? context, Invocation invocation)
    {
        var environment = invocation.Process.Environment;
        var list = environment.GetValueOrDefault("KUBECONFIG");
        var home = Path.Combine(environment.GetValueOrDefault("HOME") ?? "/", ".kube", "config");
        if (path is null && string.IsNullOrEmpty(list) && !File.Exists(home))
        {
            var inCluster = InCluster.TryLoad(
                InCluster.DefaultFolder,
                environment.GetValueOrDefault("KUBERNETES_SERVICE_HOST"),
                environment.GetValueOrDefault("KUBERNETES_SERVICE_PORT"),
                invocation.Process.Clock);
            if (inCluster is not null)
            {
                return inCluster;
            }
        }

        return Kubeconfig.Load(new KubeconfigSource(path, list, home, context), invocation.Process.Clock);
    }

    private static string Load(string path, string key)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{path} cannot be read: {failure.Message}",
                $"Correct `{key}` in the configuration.",
                failure);
        }
    }
}
