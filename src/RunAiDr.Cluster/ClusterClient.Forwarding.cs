using System.Text.Json.Nodes;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    internal Uri Server => _api.Server;

    internal TimeProvider Clock => _api.Clock;

    internal ServerWords Words => _api.Words;

    /// <summary>The pods of a namespace that have every label of a selector.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses.</exception>
    internal async Task<IReadOnlyList<JsonObject>> PodsAsync(string @namespace, string selector, CancellationToken ct)
    {
        var selection = new ListSelection(ForwardTarget.Pods, @namespace, selector);
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.FirstPage(selection, _api.PageSize, revision: null))
        {
            Verb = "list",
            Kind = selection.Kind,
            Namespace = @namespace,
        };
        return [.. (await _api.ObjectAsync(request, ct)).Maps("items")];
    }

    /// <summary>Asks to go on as a WebSocket.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached.</exception>
    internal Task<UpgradeAnswer> UpgradeAsync(ApiRequest request, string protocol, CancellationToken ct) =>
        _api.UpgradeAsync(request, protocol, ct);
}
