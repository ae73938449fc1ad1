using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Export;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    /// <inheritdoc/>
    public async Task<string?> RefusalOfListAsync(ListSelection selection, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.FirstPage(selection, 1, revision: null))
        {
            Verb = "list",
            Kind = selection.Kind,
            Namespace = selection.Namespace,
            Accept = ListForm.Metadata.Accept(),
        };
        var answer = await _api.SendAsync(request, null, ct);
        switch (answer.Status)
        {
            case 403:
                return "not allowed to list";
            case 404 or 405:
                return $"cannot be listed ({answer.Status})";
            case 503:
                return "its API server does not answer (503)";
            default:
                _api.Demanded(request, answer);
                return null;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<CutPage> ReadMetadataAsync(ListSelection selection, CancellationToken ct) =>
        new CutReader(_api, ListForm.Metadata).ReadAsync([selection], ct);
}
