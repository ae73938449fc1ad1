using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Connections;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Sandbox;

namespace RunAiDr.Tests.Support;

/// <summary>etcd and kube-apiserver on loopback ports, with data in a folder that goes with them.</summary>
public sealed class ApiServerProcesses : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TestDirectory _folder = new();
    private readonly Certificates _certificates = new(TimeProvider.System.GetUtcNow());
    private readonly Uri _etcd;
    private readonly Uri _server;
    private readonly List<ApiServerProcess> _running = [];

    private ApiServerProcesses()
    {
        var ports = FreePorts(3);
        _etcd = new Uri($"http://127.0.0.1:{ports[0]}");
        _server = new Uri($"https://127.0.0.1:{ports[1]}");
        PeerOfEtcd = $"http://127.0.0.1:{ports[2]}";
    }

    /// <summary>For a member of system:masters, certificates inline.</summary>
    public string KubeconfigPath => _folder.File("kubeconfig");

    private string PeerOfEtcd { get; }

    /// <param name="assets">The folder that holds the programs.</param>
    /// <param name="ct">Gives up.</param>
    public static async Task<ApiServerProcesses> StartAsync(string assets, CancellationToken ct)
    {
        var server = new ApiServerProcesses();
        try
        {
            await server.StartFromAsync(assets, ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Compacts etcd as the API server itself does: it learns of it from a key in etcd.</summary>
    public async Task CompactAsync()
    {
        var key = Convert.ToBase64String("compact_rev_key"u8);
        var found = await EtcdAsync("range", new JsonObject { ["key"] = key });
        var revision = (string)found["header"]!["revision"]!;
        var value = Convert.ToBase64String(Encoding.ASCII.GetBytes(revision));
        await EtcdAsync("put", new JsonObject { ["key"] = key, ["value"] = value });
        await EtcdAsync("compaction", new JsonObject { ["revision"] = revision });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_running))
        {
            await process.DisposeAsync();
        }

        _certificates.Dispose();
        _folder.Dispose();
    }

    private async Task StartFromAsync(string assets, CancellationToken ct)
    {
        WritePems();
        await File.WriteAllTextAsync(KubeconfigPath, KubeconfigText(), ct);
        Run(Path.Combine(assets, "etcd"), EtcdArguments());
        using var etcd = new HttpClient();
        await UntilAsync(async () => (await etcd.GetAsync(new Uri(_etcd, "/health"), ct)).IsSuccessStatusCode, ct);

        Run(Path.Combine(assets, "kube-apiserver"), ServerArguments());
        using var admin = await SandboxClient.ForAsync(
            Kubeconfig.Load(new KubeconfigSource(KubeconfigPath, null, KubeconfigPath), TimeProvider.System));
        await UntilAsync(async () => (await admin.GetAsync("/readyz")).Code == 200, ct);
    }

    private void WritePems()
    {
        using var serverKey = _certificates.Server.GetECDsaPrivateKey()!;
        using var tokenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder.File("ca.crt"), _certificates.AuthorityPem);
        File.WriteAllText(_folder.File("server.crt"), _certificates.Server.ExportCertificatePem());
        File.WriteAllText(_folder.File("server.key"), serverKey.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(_folder.File("tokens.key"), tokenKey.ExportECPrivateKeyPem());
        File.WriteAllText(_folder.File("tokens.pub"), tokenKey.ExportSubjectPublicKeyInfoPem());
    }

    private string[] EtcdArguments() =>
    [
        "--name=tests",
        $"--data-dir={_folder.File("etcd")}",
        "--unsafe-no-fsync",
        "--log-level=error",
        $"--listen-client-urls={Origin(_etcd)}",
        $"--advertise-client-urls={Origin(_etcd)}",
        $"--listen-peer-urls={PeerOfEtcd}",
        $"--initial-advertise-peer-urls={PeerOfEtcd}",
        $"--initial-cluster=tests={PeerOfEtcd}",
    ];

    private string[] ServerArguments() =>
    [
        $"--etcd-servers={Origin(_etcd)}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        $"--secure-port={_server.Port}",
        "--endpoint-reconciler-type=none",
        $"--cert-dir={_folder.Path}",
        $"--tls-cert-file={_folder.File("server.crt")}",
        $"--tls-private-key-file={_folder.File("server.key")}",
        $"--client-ca-file={_folder.File("ca.crt")}",
        "--service-account-issuer=https://kubernetes.default.svc",
        $"--service-account-key-file={_folder.File("tokens.pub")}",
        $"--service-account-signing-key-file={_folder.File("tokens.key")}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",

        // Nobody makes the default ServiceAccount that it would demand of every pod.
        "--disable-admission-plugins=ServiceAccount",
    ];

    private void Run(string program, string[] arguments) => _running.Add(ApiServerProcess.Start(program, arguments));

    private async Task UntilAsync(Func<Task<bool>> ready, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        while (!await AnswersAsync(ready))
        {
            _running[^1].ThrowIfEnded();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }

    private static async Task<bool> AnswersAsync(Func<Task<bool>> ready)
    {
        try
        {
            return await ready();
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private async Task<JsonObject> EtcdAsync(string call, JsonObject body)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(_etcd, $"/v3/kv/{call}"), body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    // Held together, so that they differ.
    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));

    private string KubeconfigText() => $"""
        apiVersion: v1
        kind: Config
        current-context: real
        clusters:
        - name: real
          cluster:
            server: {Origin(_server)}
            certificate-authority-data: {Base64(_certificates.AuthorityPem)}
        users:
        - name: admin
          user:
            client-certificate-data: {Base64(_certificates.ClientPem)}
            client-key-data: {Base64(_certificates.ClientKeyPem)}
        contexts:
        - name: real
          context:
            cluster: real
            user: admin

        """;
}
