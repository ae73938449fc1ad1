using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RunAiDr.Tests.Support;

/// <summary>
/// A real API server for the tests that must hold on one: etcd and kube-apiserver from <c>KUBEBUILDER_ASSETS</c>, started
/// for the test, or the cluster of <c>RUNAI_DR_TEST_KUBECONFIG</c>, which is emptied of Run:ai before and after.
/// </summary>
internal sealed class EndToEndRealServer : IAsyncDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly List<Process> _processes = [];

    private EndToEndRealServer()
    {
    }

    private static string? Assets => NullIfEmpty(Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS"));

    private static string? Kubeconfig => NullIfEmpty(Environment.GetEnvironmentVariable("RUNAI_DR_TEST_KUBECONFIG"));

    /// <summary>Whether several servers can be had.</summary>
    public static bool CanStart => Assets is not null;

    /// <summary>An empty cluster. Skips the test when there is none to be had.</summary>
    public static async Task<EndToEndCluster> EmptyAsync()
    {
        Skip.If(Assets is null && Kubeconfig is null, "Needs a real API server: KUBEBUILDER_ASSETS or RUNAI_DR_TEST_KUBECONFIG.");
        if (Assets is { } assets)
        {
            var server = new EndToEndRealServer();
            return EndToEndCluster.Real(await server.StartAsync(assets), server, endsNamespaces: false);
        }

        var cluster = EndToEndCluster.Real(await File.ReadAllTextAsync(Kubeconfig!), null, endsNamespaces: true);
        await WipeAsync(cluster);
        return cluster;
    }

    /// <summary>Takes the sample installation off a cluster that stays.</summary>
    public static async Task WipeAsync(EndToEndCluster cluster)
    {
        if (Assets is not null)
        {
            return; // it is thrown away as a whole
        }

        var namespaces = (await cluster.GetAsync("namespaces"))["items"]!.AsArray()
            .Select(item => (string)item!["metadata"]!["name"]!)
            .Where(name => !name.StartsWith("kube-", StringComparison.Ordinal) && name != "default").ToArray();
        if (namespaces.Length > 0)
        {
            await cluster.KubectlAsync(["delete", "namespaces", "--timeout=180s", .. namespaces]);
        }

        foreach (var kind in (string[])["crd", "clusterrole", "clusterrolebinding", "persistentvolume", "storageclass", "node"])
        {
            var names = (await cluster.GetAsync(kind))["items"]!.AsArray()
                .Where(item => item!["metadata"]!["labels"]?["kubernetes.io/bootstrapping"] is null)
                .Select(item => (string)item!["metadata"]!["name"]!)
                .Where(name => !name.StartsWith("system:", StringComparison.Ordinal)).ToArray();
            if (names.Length > 0)
            {
                await cluster.KubectlAsync(["delete", kind, "--timeout=60s", .. names]);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Dispose();
    }

    private async Task<string> StartAsync(string assets)
    {
        var (etcd, peer, port) = (FreePort(), FreePort(), FreePort());
        await File.WriteAllTextAsync(_folder.File("tokens.csv"), "sesame,admin,1,system:masters\n");
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(_folder.File("accounts.key"), key.ExportPkcs8PrivateKeyPem());
        }

        Start(
            Path.Combine(assets, "etcd"), "--data-dir", _folder.File("etcd"), "--unsafe-no-fsync", "--log-level", "error",
            "--listen-client-urls", $"http://127.0.0.1:{etcd}", "--advertise-client-urls", $"http://127.0.0.1:{etcd}",
            "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}",
            "--initial-cluster", $"default=http://127.0.0.1:{peer}");
        Start(
            Path.Combine(assets, "kube-apiserver"), "--etcd-servers", $"http://127.0.0.1:{etcd}", "--bind-address", "127.0.0.1",
            "--advertise-address", "127.0.0.1", "--secure-port", $"{port}", "--cert-dir", _folder.File("certificates"),
            "--authorization-mode", "RBAC", "--token-auth-file", _folder.File("tokens.csv"), "--allow-privileged",
            "--disable-admission-plugins", "ServiceAccount", "--endpoint-reconciler-type", "none",
            "--service-cluster-ip-range", "10.0.0.0/24", "--service-account-issuer", "https://kubernetes.default.svc",
            "--service-account-key-file", _folder.File("accounts.key"),
            "--service-account-signing-key-file", _folder.File("accounts.key"));
        var kubeconfig = $"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
            - name: test
              cluster:
                server: https://127.0.0.1:{port}
                insecure-skip-tls-verify: true
            users:
            - name: test
              user:
                token: sesame
            contexts:
            - name: test
              context:
                cluster: test
                user: test
            """;
        await File.WriteAllTextAsync(_folder.File("kubeconfig"), kubeconfig);
        await ReadyAsync();
        return kubeconfig;
    }

    private void Start(string program, params string[] arguments)
    {
        // Its log goes to a file: nobody reads a pipe, and a full one would stop it.
        var log = _folder.File($"{Path.GetFileName(program)}.log");
        string[] words = ["-c", "exec \"$@\" >\"$0\" 2>&1", log, program, .. arguments];
        _processes.Add(Process.Start(new ProcessStartInfo("sh", words) { UseShellExecute = false })!);
    }

    private async Task ReadyAsync()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KUBECONFIG"] = _folder.File("kubeconfig"), ["HOME"] = _folder.Path,
        };
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2))
        {
            Assert.DoesNotContain(_processes, process => process.HasExited);
            if ((await EndToEndPrograms.RunAsync(_folder.Path, environment, "kubectl", "get", "--raw", "/readyz")).Code == 0)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        Assert.Fail($"The API server does not get ready: {await File.ReadAllTextAsync(_folder.File("kube-apiserver.log"))}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
