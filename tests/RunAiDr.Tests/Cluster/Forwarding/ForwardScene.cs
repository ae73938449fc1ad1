using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Forwarding;

/// <summary>A cluster with the Service <c>db</c> and its pod <c>db-0</c>, whose port 5432 leads to an address of this machine.</summary>
internal sealed class ForwardScene : IAsyncDisposable
{
    public const string Namespace = "runai-backend";

    /// <summary>Of alice, who has no rights but those that a test gives her.</summary>
    public const string Token = "canary-token-alice";

    private readonly TestDirectory _directory = new();

    private ForwardScene(SandboxServer server, bool administrator)
    {
        Server = server;
        var file = _directory.File("kubeconfig");
        File.WriteAllText(file, administrator ? server.Kubeconfig : server.KubeconfigForToken(Token));
        Connection = Kubeconfig.Load(new KubeconfigSource(file, null, file), TimeProvider.System);
        Client = new ClusterClient(Connection, TimeProvider.System);
    }

    public SandboxServer Server { get; }

    public ClusterConnection Connection { get; }

    public ClusterClient Client { get; }

    public static async Task<ForwardScene> StartAsync(IPEndPoint? listener, bool administrator = true)
    {
        var server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Tokens = new Dictionary<string, SandboxUser>(StringComparer.Ordinal) { [Token] = new("alice") },
                PodPorts = (ns, pod, port) => (ns, pod, port) == (Namespace, "db-0", 5432) ? listener : null,
            },
            CancellationToken.None);
        var scene = new ForwardScene(server, administrator);
        scene.Load($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Namespace}}}"}}""");
        scene.Load($$$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"db","namespace":"{{{Namespace}}}"},
             "spec":{"selector":{"app":"db"},"ports":[{"name":"sql","protocol":"TCP","port":15432,"targetPort":"sql"}]}}
            """);
        scene.LoadPod("db-0");
        return scene;
    }

    public void Load(string json) => Server.Load((JsonObject)JsonNode.Parse(json)!);

    public void LoadPod(string name, string ready = "True", string phase = "Running") => Load($$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","namespace":"{{{Namespace}}}","labels":{"app":"db","shard":"1"}},
         "spec":{"containers":[{"name":"main","image":"db","ports":[{"name":"sql","containerPort":5432}]}]},
         "status":{"phase":"{{{phase}}}","conditions":[{"type":"Ready","status":"{{{ready}}}"}]}}
        """);

    /// <summary>Lets alice do what a Role would say.</summary>
    public void Allow(string resource, params string[] verbs)
    {
        var name = resource.Replace('/', '-');
        Load($$$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"{{{name}}}","namespace":"{{{Namespace}}}"},
             "rules":[{"apiGroups":[""],"resources":["{{{resource}}}"],"verbs":["{{{string.Join("\",\"", verbs)}}}"]}]}
            """);
        Load($$$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"{{{name}}}","namespace":"{{{Namespace}}}"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"{{{name}}}"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"alice"}]}
            """);
    }

    public Task<PortForward> ForwardAsync(string service = "db", int port = 15432) =>
        PortForward.OpenAsync(Client, Namespace, service, port, CancellationToken.None);

    public static async Task<TcpClient> DialAsync(PortForward forward)
    {
        var client = new TcpClient();
        await client.ConnectAsync(forward.Local);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _directory.Dispose();
    }
}
