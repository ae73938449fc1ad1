using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using RunAiDr.Core;

namespace RunAiDr.Cluster.Connections;

/// <summary>Turns the user of a kubeconfig into credentials.</summary>
internal static class KubeconfigUser
{
    public static ClusterConnection Apply(
        ClusterConnection connection, KubeconfigEntry cluster, KubeconfigEntry user, TimeProvider clock)
    {
        var where = $"{user.File}: {user.Place}";
        if (user.Map("auth-provider") is { } provider)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{where} uses the auth-provider \"{provider.Text("name")}\", which Kubernetes no longer supports",
                "Use an exec plugin (for example kubelogin or gke-gcloud-auth-plugin) instead.");
        }

        var credentials = CredentialsOf(connection, cluster, user, clock);
        var secret = credentials is not FixedCredentials { Credential.Secret: null };
        if (connection.Server is { Scheme: "http", IsLoopback: false } && secret)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{where} would be sent in clear to {connection.Server.Authority}",
                "Use an https server URL.");
        }

        return connection with { Credentials = credentials, Impersonation = ImpersonationOf(user) };
    }

    private static CredentialSource CredentialsOf(
        ClusterConnection connection, KubeconfigEntry cluster, KubeconfigEntry user, TimeProvider clock)
    {
        var where = $"{user.File}: {user.Place}";
        var chain = ChainOf(user, clock);
        var (token, name) = (user.Text("token"), user.Text("username"));
        if (token is not null && name is not null)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{where} has both a token and a user name", "Remove one of the two.");
        }

        if (user.Text("tokenFile") is { } path)
        {
            return new TokenFileCredentials(user.FullPath(path), clock, chain);
        }

        if (token is not null)
        {
            return new FixedCredentials(Credential.Bearer(token, $"{where}.token", chain));
        }

        if (name is not null)
        {
            return new FixedCredentials(Credential.Basic(name, user.Text("password") ?? "", chain));
        }

        return user.Map("exec") is { } exec
            ? new ExecCredentials(ExecPlugin.From(exec, cluster, connection), clock, chain)
            : new FixedCredentials(new Credential(chain));
    }

    private static X509Certificate2Collection? ChainOf(KubeconfigEntry user, TimeProvider clock)
    {
        var (certificate, key) = (user.Bytes("client-certificate"), user.Bytes("client-key"));
        return (certificate, key) switch
        {
            (null, null) => null,
            (not null, not null) => PemFiles.ClientChain(certificate, key, $"{user.File}: {user.Place}", clock),
            _ => throw user.Wrong(certificate is null ? "client-certificate" : "client-key", "set although its other half is"),
        };
    }

    private static List<KeyValuePair<string, string>> ImpersonationOf(KubeconfigEntry user)
    {
        var headers = new List<KeyValuePair<string, string>>();
        AddTo(headers, "Impersonate-User", user.Text("as"));
        AddTo(headers, "Impersonate-Uid", user.Text("as-uid"));
        foreach (var group in user.List("as-groups"))
        {
            AddTo(headers, "Impersonate-Group", (group as JsonValue)?.ToString());
        }

        foreach (var (key, values) in user.Map("as-user-extra")?.Fields ?? [])
        {
            foreach (var value in values as JsonArray ?? [])
            {
                AddTo(headers, $"Impersonate-Extra-{Uri.EscapeDataString(key)}", value?.ToString());
            }
        }

        return headers;
    }

    private static void AddTo(List<KeyValuePair<string, string>> headers, string name, string? value)
    {
        if (value is not null)
        {
            headers.Add(new(name, value));
        }
    }
}
