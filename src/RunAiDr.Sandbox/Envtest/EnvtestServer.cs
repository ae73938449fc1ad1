using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox.Envtest;

/// <summary>
/// A real API server without controllers: etcd and kube-apiserver on loopback ports, with data in a folder that goes with
/// them.
/// </summary>
public sealed class EnvtestServer : IAsyncDisposable
{
    private const string Remedy = "Check KUBEBUILDER_ASSETS: it names a folder with etcd and kube-apiserver for this machine. Without it the sandbox is used.";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly PrivateFolder _folder = new("runai-dr-envtest-");
    private readonly TimeProvider _clock;
    private readonly Certificates _certificates;
    private readonly Uri _server;
    private readonly string _peerOfEtcd;
    private readonly List<BackgroundProgram> _running = [];

    private EnvtestServer(TimeProvider clock)
    {
        (_clock, _certificates) = (clock, new Certificates(clock.GetUtcNow()));
        var ports = FreePorts(3);
        Etcd = new Uri($"http://127.0.0.1:{ports[0]}");
        _server = new Uri($"https://127.0.0.1:{ports[1]}");
        _peerOfEtcd = $"http://127.0.0.1:{ports[2]}";
    }

    /// <summary>For a member of system:masters, certificates inline; only this user can read it.</summary>
    public string KubeconfigPath => _folder.PathOf("kubeconfig");

    internal Uri Etcd { get; }

    /// <param name="assets">The folder that holds the programs.</param>
    /// <param name="clock">Of certificates and waits.</param>
    /// <param name="ct">Gives up; nothing of it is left then.</param>
    /// <exception cref="RunAiDrException">The programs are missing, end, or do not answer.</exception>
    public static async Task<EnvtestServer> StartAsync(string assets, TimeProvider clock, CancellationToken ct)
    {
        var server = new EnvtestServer(clock);
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

    public async ValueTask DisposeAsync()
    {
        foreach (var program in Enumerable.Reverse(_running))
        {
            await program.DisposeAsync();
        }

        _certificates.Dispose();
        _folder.Dispose();
    }

    private async Task StartFromAsync(string assets, CancellationToken ct)
    {
        await WritePemsAsync(ct);
        await _folder.WriteAsync("kubeconfig", KubeconfigText(), ct);
        Run(Path.Combine(assets, "etcd"), EtcdArguments());
        using var etcd = new HttpClient();
        await UntilAsync(etcd, new Uri(Etcd, "/health"), ct);

        Run(Path.Combine(assets, "kube-apiserver"), ServerArguments());
        using var admin = Admin();
        await UntilAsync(admin, new Uri(_server, "/readyz"), ct);
    }

    private HttpClient Admin() => new(new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [_certificates.Client],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 found && _certificates.Issued(found),
        },
    });

    private async Task WritePemsAsync(CancellationToken ct)
    {
        using var serverKey = _certificates.Server.GetECDsaPrivateKey() ?? throw new InvalidOperationException("the server's certificate has no key");
        using var tokenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        (string Name, string Pem)[] files =
        [
            ("ca.crt", _certificates.AuthorityPem),
            ("server.crt", _certificates.Server.ExportCertificatePem()),
            ("server.key", serverKey.ExportPkcs8PrivateKeyPem()),
            ("tokens.key", tokenKey.ExportECPrivateKeyPem()),
            ("tokens.pub", tokenKey.ExportSubjectPublicKeyInfoPem()),
        ];
        foreach (var (name, pem) in files)
        {
            await _folder.WriteAsync(name, pem, ct);
        }
    }

    private string[] EtcdArguments() =>
    [
        "--name=envtest",
        $"--data-dir={_folder.PathOf("etcd")}",
        "--unsafe-no-fsync",
        "--log-level=error",
        $"--listen-client-urls={Origin(Etcd)}",
        $"--advertise-client-urls={Origin(Etcd)}",
        $"--listen-peer-urls={_peerOfEtcd}",
        $"--initial-advertise-peer-urls={_peerOfEtcd}",
        $"--initial-cluster=envtest={_peerOfEtcd}",
    ];

    private string[] ServerArguments() =>
    [
        $"--etcd-servers={Origin(Etcd)}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        $"--secure-port={_server.Port}",
        "--endpoint-reconciler-type=none",
        $"--cert-dir={_folder.FullName}",
        $"--tls-cert-file={_folder.PathOf("server.crt")}",
        $"--tls-private-key-file={_folder.PathOf("server.key")}",
        $"--client-ca-file={_folder.PathOf("ca.crt")}",
        "--service-account-issuer=https://kubernetes.default.svc",
        $"--service-account-key-file={_folder.PathOf("tokens.pub")}",
        $"--service-account-signing-key-file={_folder.PathOf("tokens.key")}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",

        // Nobody makes the default ServiceAccount that it would demand of every pod.
        "--disable-admission-plugins=ServiceAccount",
    ];

    private void Run(string program, string[] arguments) => _running.Add(BackgroundProgram.Start(program, arguments, Remedy));

    private async Task UntilAsync(HttpClient http, Uri ready, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            while (!await AnswersAsync(http, ready, limit.Token))
            {
                _running[^1].ThrowIfEnded();
                await Task.Delay(Pause, _clock, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new RunAiDrException(
                Fault.ClusterUnreachable, $"{ready} is not in order within {Patience.TotalMinutes:0} minutes.", "See whether this machine is too busy, then try again.");
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, Uri ready, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(ready, ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
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
