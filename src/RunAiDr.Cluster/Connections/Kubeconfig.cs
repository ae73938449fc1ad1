using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>
/// Which kubeconfig to take: <paramref name="ExplicitPath"/> (<c>--kubeconfig</c>) goes before
/// <paramref name="EnvironmentList"/> (the value of <c>KUBECONFIG</c>), that before <paramref name="DefaultPath"/>
/// (<c>~/.kube/config</c>). <paramref name="Context"/> null means the current context.
/// </summary>
public sealed record KubeconfigSource(string? ExplicitPath, string? EnvironmentList, string DefaultPath, string? Context = null);

/// <summary>Reads kubeconfig files by kubectl's rules.</summary>
public static class Kubeconfig
{
    /// <exception cref="RunAiDrException">A file is missing or wrong; the message names file and field.</exception>
    public static ClusterConnection Load(KubeconfigSource source, TimeProvider clock)
    {
        var files = KubeconfigFiles.Read(source);
        var name = source.Context ?? files.CurrentContext ?? throw Wrong(
            files, "no context is chosen and there is no current-context", Listed(files) is { Length: > 0 } names
                ? $"Choose one with --context: {names}."
                : "Take a file with contexts: this one holds none.");
        var context = files.Find("contexts", name)
            ?? throw Wrong(files, $"there is no context \"{name}\"", $"Choose one of: {Listed(files)}.");
        var clusterName = context.Text("cluster") ?? throw Wrong(files, $"context \"{name}\" names no cluster", "Add it.");
        var cluster = files.Find("clusters", clusterName) ?? throw Wrong(
            files, $"context \"{name}\" names the cluster \"{clusterName}\", which is not there", "Correct the context.");
        var connection = ConnectionTo(cluster) with { Context = name };
        if (context.Text("user") is not { } userName)
        {
            return connection;
        }

        var user = files.Find("users", userName) ?? throw Wrong(
            files, $"context \"{name}\" names the user \"{userName}\", which is not there", "Correct the context.");
        return KubeconfigUser.Apply(connection, cluster, user, clock);
    }

    private static ClusterConnection ConnectionTo(KubeconfigEntry cluster)
    {
        if (cluster.Flag("insecure-skip-tls-verify"))
        {
            throw cluster.Refused(
                "insecure-skip-tls-verify",
                "is true: whoever answers at that address would get the credentials",
                "Remove it; give the authority of the server as certificate-authority-data and, where its certificate bears another name than the host, that as tls-server-name.");
        }

        return new ClusterConnection(ServerOf(cluster))
        {
            Authorities = cluster.Bytes("certificate-authority") is { } authorities ? PemFiles.Authorities(authorities, cluster.Where) : null,
            ServerName = ServerNameOf(cluster),
            Proxy = ProxyOf(cluster),
            DisableCompression = cluster.Flag("disable-compression"),
        };
    }

    private static Uri ServerOf(KubeconfigEntry cluster)
    {
        var text = cluster.Text("server") ?? throw cluster.Wrong("server", "set");
        var url = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http") || server.UserInfo.Length > 0)
        {
            throw cluster.Wrong("server", "an http or https URL without credentials");
        }

        // A proxy of kubectl or of a test on this machine.
        return server is { Scheme: "http", IsLoopback: false }
            ? throw cluster.Refused("server", $"is http: credentials and secrets would be sent in clear to {server.Authority}", "Use an https server URL.")
            : server;
    }

    private static string? ServerNameOf(KubeconfigEntry cluster) => cluster.Text("tls-server-name") switch
    {
        { } name when Uri.CheckHostName(name) is UriHostNameType.Unknown => throw cluster.Wrong("tls-server-name", "a host name"),
        var name => name,
    };

    private static Uri? ProxyOf(KubeconfigEntry cluster)
    {
        if (cluster.Text("proxy-url") is not { } text)
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
            ? proxy
            : throw cluster.Wrong("proxy-url", "a URL with scheme http, https or socks5");
    }

    private static string Listed(KubeconfigFiles files) => string.Join(", ", files.NamesIn("contexts"));

    private static RunAiDrException Wrong(KubeconfigFiles files, string what, string remedy) =>
        new(Fault.Configuration, $"{files.Names}: {what}", remedy);
}
