using System.Text.Json.Nodes;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Cluster.Watching;
using RunAiDr.Cluster.Writing;
using RunAiDr.Core;
using RunAiDr.Core.Coverage;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cluster;

/// <summary>
/// One Kubernetes API server. Answers 429, 5xx and lost connections are retried; what remains is a
/// <see cref="RunAiDrException"/>: <see cref="Fault.ClusterUnreachable"/> when no sensible answer came,
/// <see cref="Fault.ClusterRefused"/> for 401, 403 and a kind that is not served (404). Safe for use by many threads.
/// </summary>
public sealed partial class ClusterClient : IMetadataReader, IClusterWriter, IClusterWatcher, IDisposable
{
    private static readonly string[] OpenShiftGroups = ["config.openshift.io", "route.openshift.io"];

    private readonly ApiConnection _api;
    private readonly ResourceApply _apply;
    private readonly ClusterWatch _watch;

    /// <param name="connection">Which server, and who asks.</param>
    /// <param name="clock">What time limits, pauses and certificates are measured with.</param>
    /// <param name="chance">A number from 0 to 1 for the jitter of pauses; null for an even chance.</param>
    public ClusterClient(ClusterConnection connection, TimeProvider clock, Func<double>? chance = null)
    {
        chance ??= EvenChance();
        _api = new ApiConnection(connection, clock, chance);
        _apply = new ResourceApply(_api);
        _watch = new ClusterWatch(_api, clock, chance);
    }

    /// <inheritdoc/>
    public async Task<ClusterIdentity> IdentifyAsync(CancellationToken ct)
    {
        var version = await _api.ObjectAsync(new ApiRequest(HttpMethod.Get, "/version"), ct);
        var system = new ApiRequest(HttpMethod.Get, ResourcePaths.Of(KnownKinds.Namespace, null, "kube-system")) { Kind = KnownKinds.Namespace };
        var answer = await _api.SendAsync(system, null, ct);
        var uid = answer.Status is 403 or 404 ? null : _api.ObjectOf(system, answer).Map("metadata")?.Text("uid");
        var groups = await new Discovery(_api).GroupsAsync(ct);
        return new ClusterIdentity(
            uid,
            version.Text("gitVersion") ?? "",
            groups.Intersect(OpenShiftGroups, StringComparer.Ordinal).Any() ? "openshift" : "kubernetes");
    }

    /// <summary>
    /// Every kind that can be listed, in every served version, the preferred version of each group first. A group
    /// whose own API server is down is given with its kinds as last known, so that listing one fails by name.
    /// </summary>
    /// <exception cref="RunAiDrException">The kinds of such a group are unknown (the metrics APIs excepted).</exception>
    public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct) => new Discovery(_api).ReadAsync(ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<CutPage> ReadCutAsync(IReadOnlyList<ListSelection> selections, CancellationToken ct) =>
        new CutReader(_api).ReadAsync(selections, ct);

    /// <inheritdoc/>
    public async Task<JsonObject?> GetAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.Of(kind, @namespace, name))
        {
            Kind = kind,
            Namespace = @namespace,
        };
        var answer = await _api.SendAsync(request, null, ct);
        return answer.Status == 404 ? null : _api.ObjectOf(request, answer);
    }

    /// <summary>Whatever JSON object stands at a path such as <c>/version</c>.</summary>
    internal Task<JsonObject> GetRawAsync(string path, CancellationToken ct) =>
        _api.ObjectAsync(new ApiRequest(HttpMethod.Get, path), ct);

    public void Dispose() => _api.Dispose();

    // A Random must not be used by two threads at once, and may give nothing but 0 afterwards.
    private static Func<double> EvenChance()
    {
        var (random, gate) = (new Random(), new Lock());
        return () =>
        {
            lock (gate)
            {
                return random.NextDouble();
            }
        };
    }
}
