using System.Text.Json;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    /// <inheritdoc/>
    public IAsyncEnumerable<WatchEvent> WatchAsync(ListSelection selection, string revision, CancellationToken ct) =>
        _watch.WatchAsync(selection, revision, ct);

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.Of(kind, @namespace, name))
        {
            Kind = kind,
            Namespace = @namespace,
        };
        var answer = await _api.SendAsync(request, null, ct);
        if (answer.Status == 404)
        {
            return null;
        }

        var body = _api.Demanded(request, answer).Body;
        return IsWhole(body.Span) ? body : throw ApiFailure.Broken(request, _api.Server, "the answer is cut off or is not JSON");
    }

    private static bool IsWhole(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = WholeJson.Reader(body);
            var isObject = WholeJson.Next(ref reader) && reader.TokenType == JsonTokenType.StartObject;
            WholeJson.Skip(ref reader);
            return isObject && !WholeJson.Next(ref reader);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
