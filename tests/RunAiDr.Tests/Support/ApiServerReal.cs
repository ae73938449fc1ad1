using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Envtest;

namespace RunAiDr.Tests.Support;

/// <summary>
/// The real API server of <c>RUNAI_DR_TEST_KUBECONFIG</c>, or one started from the programs in
/// <c>KUBEBUILDER_ASSETS</c>; absent when neither is set.
/// </summary>
public sealed class ApiServerReal : ApiServerFixture
{
    private readonly string? _given = Variable("RUNAI_DR_TEST_KUBECONFIG");
    private readonly string? _assets = Variable("KUBEBUILDER_ASSETS");
    private EnvtestServer? _own;

    public override string? Absence => _given is null && _assets is null
        ? "needs a real API server: set RUNAI_DR_TEST_KUBECONFIG (a kubeconfig) or KUBEBUILDER_ASSETS (a folder with etcd and kube-apiserver)"
        : null;

    public override string KubeconfigPath =>
        _given ?? _own?.KubeconfigPath ?? throw new InvalidOperationException(Absence);

    public override async Task InitializeAsync()
    {
        if (_given is null && _assets is not null)
        {
            _own = await EnvtestServer.StartAsync(_assets, TimeProvider.System, CancellationToken.None);
        }
    }

    public override async Task<bool> CompactAsync()
    {
        if (_own is null)
        {
            return false;
        }

        // As the API server itself does: it learns of it from a key in etcd.
        var key = Convert.ToBase64String("compact_rev_key"u8);
        var found = await EtcdAsync(_own.Etcd, "range", new JsonObject { ["key"] = key });
        var revision = (string)found["header"]!["revision"]!;
        var value = Convert.ToBase64String(Encoding.ASCII.GetBytes(revision));
        await EtcdAsync(_own.Etcd, "put", new JsonObject { ["key"] = key, ["value"] = value });
        await EtcdAsync(_own.Etcd, "compaction", new JsonObject { ["revision"] = revision });
        return true;
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    private static async Task<JsonObject> EtcdAsync(Uri etcd, string call, JsonObject body)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(etcd, $"/v3/kv/{call}"), body);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
