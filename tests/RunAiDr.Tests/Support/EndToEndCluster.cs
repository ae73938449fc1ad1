using System.Text.Json.Nodes;
using RunAiDr.Sandbox;
using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Tests.Support;

/// <summary>A cluster that an end-to-end test works on with kubectl, helm and runai-dr: a sandbox, or a real API server.</summary>
internal sealed class EndToEndCluster : IAsyncDisposable
{
    private readonly TestDirectory _folder = new();
    private readonly IAsyncDisposable? _server;

    private EndToEndCluster(string kubeconfig, IAsyncDisposable? server, bool endsNamespaces)
    {
        Kubeconfig = _folder.File("kubeconfig");
        File.WriteAllText(Kubeconfig, kubeconfig);
        (_server, EndsNamespaces) = (server, endsNamespaces);
    }

    /// <summary>Where the objects of the sample installation, its charts and its drift cases are.</summary>
    public static string Data { get; } = Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster");

    /// <summary>Path of a kubeconfig of its administrator.</summary>
    public string Kubeconfig { get; }

    /// <summary>Whether a controller ends the deletion of namespaces.</summary>
    public bool EndsNamespaces { get; }

    public SandboxServer Sandbox => (SandboxServer)_server!;

    public static Task<EndToEndCluster> EmptyAsync(params (string Token, SandboxUser User)[] users) => EmptyAsync(new SandboxOptions
    {
        Clock = TimeProvider.System,
        Tokens = users.ToDictionary(user => user.Token, user => user.User),
    });

    public static async Task<EndToEndCluster> EmptyAsync(SandboxOptions options)
    {
        var server = await SandboxServer.StartAsync(options, CancellationToken.None);
        return new EndToEndCluster(server.Kubeconfig, server, endsNamespaces: true);
    }

    public static async Task<EndToEndCluster> SampleAsync(params (string Token, SandboxUser User)[] users)
    {
        var cluster = await EmptyAsync(users);
        cluster.Load(SampleInstallation.Resources());
        return cluster;
    }

    /// <summary>A server that is no sandbox.</summary>
    public static EndToEndCluster Real(string kubeconfig, IAsyncDisposable? server, bool endsNamespaces) =>
        new(kubeconfig, server, endsNamespaces);

    /// <summary>Loads resources into the sandbox as they are.</summary>
    public void Load(IEnumerable<JsonObject> resources)
    {
        foreach (var resource in resources)
        {
            Sandbox.Load(resource);
        }
    }

    /// <summary>A kubeconfig of another user of the sandbox.</summary>
    public string KubeconfigOf(string token)
    {
        var path = _folder.File($"{token}.kubeconfig");
        File.WriteAllText(path, Sandbox.KubeconfigForToken(token));
        return path;
    }

    public Task<string> KubectlAsync(params string[] arguments) => RunAsync("kubectl", arguments);

    /// <summary>For what may be refused.</summary>
    public Task<Ended> TryKubectlAsync(params string[] arguments) => TryAsync("kubectl", arguments);

    public Task<string> HelmAsync(params string[] arguments) => RunAsync("helm", arguments);

    public async Task<JsonNode> GetAsync(params string[] arguments) =>
        JsonNode.Parse(await KubectlAsync(["get", .. arguments, "-o", "json"]))!;

    /// <summary>Applies a text, as <c>kubectl apply -f</c> with these arguments.</summary>
    public async Task ApplyAsync(string yaml, params string[] arguments)
    {
        var file = _folder.File("apply.yaml");
        await File.WriteAllTextAsync(file, yaml);
        await KubectlAsync(["apply", "-f", file, .. arguments]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<string> RunAsync(string program, string[] arguments)
    {
        var ended = await TryAsync(program, arguments);
        Assert.True(
            ended.Code == 0, $"{program} {string.Join(' ', arguments)}: exit code {ended.Code}\n{ended.Error}{ended.Output}");
        return ended.Output;
    }

    private Task<Ended> TryAsync(string program, string[] arguments)
    {
        // In the folder of the data: its README's commands are given from there. Caches stay with the test.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KUBECONFIG"] = Kubeconfig,
            ["HOME"] = _folder.Path,
        };
        return EndToEndPrograms.RunAsync(Data, environment, program, arguments);
    }
}
