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
        if (user.Map("auth-provider") is { } provider)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"{user.Where} uses the auth-provider \"{provider.Text("name")}\", which Kubernetes no longer supports",
                "Use an exec plugin (for example kubelogin or gke-gcloud-auth-plugin) instead.");
        }

        return connection with
        {
            Credentials = CredentialsOf(connection, cluster, user, clock),
            Impersonation = ImpersonationOf(user),
        };
    }

    private static CredentialSource CredentialsOf(
        ClusterConnection connection, KubeconfigEntry cluster, KubeconfigEntry user, TimeProvider clock)
    {
        var chain = ChainOf(user, clock);
        var (token, name) = (user.Text("token"), user.Text("username"));
        if (token is not null && name is not null)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"{user.Where} has both a token and a user name", "Remove one of the two.");
        }

        if (user.Text("tokenFile") is { } path)
        {
            return new TokenFileCredentials(user.FullPath(path), clock, chain);
        }

        if (token is not null)
        {
            return new FixedCredentials(Credential.Bearer(token, $"{user.Where}.token", chain));
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
            (not null, not null) => PemFiles.ClientChain(certificate, key, user.Where, clock),
            _ => throw user.Wrong(certificate is null ? "client-certificate" : "client-key", "set although its other half is"),
        };
    }

    private static List<KeyValuePair<string, string>> ImpersonationOf(KubeconfigEntry user)
    {
        var headers = new List<KeyValuePair<string, string>>();
        Add("Impersonate-User", "as", user.Text("as"));
        Add("Impersonate-Uid", "as-uid", user.Text("as-uid"));
        foreach (var group in user.List("as-groups"))
        {
            Add("Impersonate-Group", "as-groups", (group as JsonValue)?.ToString());
        }

        foreach (var (key, values) in user.Map("as-user-extra")?.Fields ?? [])
        {
            foreach (var value in values as JsonArray ?? [])
            {
                Add($"Impersonate-Extra-{Uri.EscapeDataString(key)}", "as-user-extra", value?.ToString());
            }
        }

        return headers;

        void Add(string name, string field, string? value)
        {
            if (value?.All(c => c is >= ' ' and <= '~') == false)
            {
                throw user.Wrong(field, "a text of ASCII characters, as headers are");
            }

            if (value is not null)
            {
                headers.Add(new(name, value));
            }
        }
    }
}
