using System.Text;
using RunAiDr.Cluster.Connections;
using RunAiDr.Tests.Cluster;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Fuzzing;

public sealed class KubeconfigFuzzing : IDisposable
{
    private readonly TestDirectory _folder = new();

    [Fact]
    public Task Any_bytes_are_a_kubeconfig_or_refused()
    {
        var authority = new TestAuthority();
        var (certificate, key) = authority.IssuePem("alice");
        string[] users =
        [
            "{token: t, as: bob, as-groups: [g], as-user-extra: {k: [v]}}",
            "{username: a, password: b}",
            $"{{client-certificate-data: {Base64(certificate)}, client-key-data: {Base64(key)}}}",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, args: [a], env: [{name: N, value: v}], provideClusterInfo: true, installHint: h}}",
            "{tokenFile: token}",
        ];
        var samples = users.Select(user => Encoding.UTF8.GetBytes($$$"""
            apiVersion: v1
            kind: Config
            current-context: one
            contexts:
            - {name: one, context: {cluster: c, user: u}}
            clusters:
            - name: c
              cluster:
                server: https://one.example:6443/k8s
                certificate-authority-data: {{{Base64(authority.Pem)}}}
                tls-server-name: api.example
                proxy-url: socks5://u:p@proxy:1080
                extensions: [{name: client.authentication.k8s.io/exec, extension: {a: 1}}]
            users:
            - name: u
              user: {{{user}}}
            """)).ToArray();
        var path = _folder.File("config");
        return Fuzzer.RunAsync(
            "kubeconfig",
            samples,
            input =>
            {
                File.WriteAllBytes(path, input);
                Kubeconfig.Load(new KubeconfigSource(path, null, ""), TimeProvider.System);
            },
            "insecure-skip-tls-verify: true", "http://", "exec:", "env: ", "server: ", "user: ", "cluster: ", "-data: ");
    }

    public void Dispose() => _folder.Dispose();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
