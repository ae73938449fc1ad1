using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Sandbox;

/// <summary>
/// What the product relies on in an API server, through its own client and in bare HTTP. Run against the sandbox always
/// and against a real API server where there is one: what holds for one only is a defect of the sandbox.
/// </summary>
public abstract partial class ApiServerContract : IAsyncLifetime
{
    protected ApiServerContract(ApiServerFixture server)
    {
        Skip.IfNot(server.Absence is null, server.Absence);
        Server = server;
    }

    protected ApiServerFixture Server { get; }

    private protected SandboxClient Http { get; private set; } = null!;

    private ClusterClient Client => Server.Client;

    public async Task InitializeAsync() => Http = await SandboxClient.ForAsync(Server.Connection);

    public Task DisposeAsync()
    {
        Http?.Dispose();
        return Task.CompletedTask;
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static string ConfigMaps(string ns) => $"/api/v1/namespaces/{ns}/configmaps";

    private static string Bindings(string ns) => $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings";

    private Task<ApplyResult> ApplyAsync(Resource resource, bool force = false, bool dryRun = false) =>
        Client.ApplyAsync(resource, new ApplyOptions(dryRun, force), CancellationToken.None);

    /// <summary>Applies in bare HTTP as another field manager.</summary>
    private Task<SandboxAnswer> ApplyAsAsync(string manager, string path, string body, string options = "") => Http.SendAsync(
        "PATCH", $"{path}?fieldManager={manager}{options}", body, ("Content-Type", "application/apply-patch+yaml"));

    private Task<SandboxAnswer> PatchAsync(string path, string body) =>
        Http.SendAsync("PATCH", path, body, ("Content-Type", "application/merge-patch+json"));

    private Task<JsonObject> CreateAsync(Resource resource) => Client.CreateAsync(resource, dryRun: false, CancellationToken.None);

    /// <summary>A status of a failure: code, reason, kind and name of its details.</summary>
    private static void AssertStatus(SandboxAnswer answer, int code, string? reason, string? kind = null, string? name = null)
    {
        Assert.True(code == answer.Code, $"{code} wanted, got {answer.Code}: {answer.Text}");
        var status = answer.Json;
        Assert.Equal(
            ("Status", "v1", "Failure", code, reason, kind, name),
            ((string?)status["kind"], (string?)status["apiVersion"], (string?)status["status"], (int?)status["code"],
                (string?)status["reason"], (string?)status["details"]?["kind"], (string?)status["details"]?["name"]));
    }
}
