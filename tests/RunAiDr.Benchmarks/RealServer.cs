using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Http;
using RunAiDr.Core;

namespace RunAiDr.Benchmarks;

/// <summary>etcd and kube-apiserver on the loopback address, started from a folder as envtest has it.</summary>
internal static class RealServer
{
    private const string Token = "benchmark";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static async Task<ApiServer> StartAsync(string assets, string folder, CancellationToken ct)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        var (store, peer, port) = (FreePort(), FreePort(), FreePort());
        await WriteKeysAsync(home, ct);
        var server = new ApiServer(
            await WriteKubeconfigAsync(home, port, ct),
            Start(Path.Combine(assets, "kube-apiserver"), ServerArguments(home, store, port)),
            Start(Path.Combine(assets, "etcd"), StoreArguments(home, store, peer)));
        try
        {
            await UntilReadyAsync(server.Kubeconfig, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static string[] StoreArguments(string home, int store, int peer) =>
    [
        $"--data-dir={home}/etcd", "--unsafe-no-fsync", "--log-level=error",
        $"--listen-client-urls=http://127.0.0.1:{store}", $"--advertise-client-urls=http://127.0.0.1:{store}",
        $"--listen-peer-urls=http://127.0.0.1:{peer}", $"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
        $"--initial-cluster=default=http://127.0.0.1:{peer}",
    ];

    // No controllers run, so nothing makes service accounts: their admission plugin would wait for them.
    private static string[] ServerArguments(string home, int store, int port) =>
    [
        $"--etcd-servers=http://127.0.0.1:{store}", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
        $"--secure-port={port}", $"--tls-cert-file={home}/server.crt", $"--tls-private-key-file={home}/server.key", "--endpoint-reconciler-type=none",
        $"--token-auth-file={home}/tokens.csv", "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24", "--service-account-issuer=https://kubernetes.default.svc",
        $"--service-account-key-file={home}/sa.key", $"--service-account-signing-key-file={home}/sa.key",
        "--disable-admission-plugins=ServiceAccount",
    ];

    private static Process Start(string program, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException($"{program} did not start");
        process.BeginErrorReadLine(); // a full pipe would stop it
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task WriteKeysAsync(string home, CancellationToken ct)
    {
        using var key = RSA.Create(2048);
        await File.WriteAllTextAsync(Path.Combine(home, "sa.key"), key.ExportRSAPrivateKeyPem(), ct);
        using var tls = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=bench", tls, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(home, "server.crt"), certificate.ExportCertificatePem(), ct);
        await File.WriteAllTextAsync(Path.Combine(home, "server.key"), tls.ExportPkcs8PrivateKeyPem(), ct);
        await File.WriteAllTextAsync(Path.Combine(home, "tokens.csv"), $"{Token},admin,admin,system:masters\n", ct);
    }

    private static async Task<string> WriteKubeconfigAsync(string home, int port, CancellationToken ct)
    {
        var path = Path.Combine(home, "kubeconfig");
        await File.WriteAllTextAsync(
            path,
            $$"""
            apiVersion: v1
            kind: Config
            current-context: bench
            clusters:
            - name: bench
              cluster: {server: "https://127.0.0.1:{{port}}", certificate-authority: "{{home}}/server.crt"}
            users:
            - name: bench
              user: {token: {{Token}}}
            contexts:
            - name: bench
              context: {cluster: bench, user: bench}
            """,
            ct);
        return path;
    }

    private static async Task UntilReadyAsync(string kubeconfig, CancellationToken ct)
    {
        var connection = Kubeconfig.Load(new KubeconfigSource(kubeconfig, null, ""), TimeProvider.System);
        using var api = new ApiConnection(connection, TimeProvider.System, () => 0);
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(api, ct))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"kube-apiserver was not ready after {Patience}");
            }

            await Task.Delay(Pause, TimeProvider.System, ct);
        }
    }

    private static async Task<bool> IsReadyAsync(ApiConnection api, CancellationToken ct)
    {
        try
        {
            return (await api.SendAsync(new ApiRequest(HttpMethod.Get, "/readyz"), null, ct)).Succeeded;
        }
        catch (RunAiDrException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
