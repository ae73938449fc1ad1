using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Http;

/// <summary>The endpoint of each verb on resources.</summary>
internal sealed class ResourceEndpoints(
    ReadEndpoint reader, WatchEndpoint watcher, WriteEndpoint writer, DeleteEndpoint remover, ReviewEndpoint reviewer)
{
    public required PortForwardEndpoint Forwarder { get; init; }

    public required ScaleEndpoint Scaler { get; init; }

    public Task AnswerAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        if (type.Has(KindTraits.Review))
        {
            return request.Verb == "create" ? reviewer.CreateAsync(http, type, user, ct) : throw Statuses.MethodNotAllowed();
        }

        if (request.Subresource == "portforward")
        {
            return Forwarder.ConnectAsync(http, request, type, user, ct);
        }

        if (request is { Subresource: "scale", Verb: not "get" })
        {
            return request.Verb is "update" or "patch" ? Scaler.WriteAsync(http, request, type, user, ct) : throw Statuses.MethodNotAllowed();
        }

        var one = request.Name.Length > 0;
        return request.Verb switch
        {
            "get" => reader.GetAsync(http, request, type, ct),
            "list" or "watch" => ListOrWatchAsync(http, request, type, ct),
            "create" when !one && (!type.Kind.Namespaced || request.Namespace.Length > 0) => writer.CreateAsync(http, request, type, user, ct),
            "update" when one => writer.UpdateAsync(http, request, type, user, ct),
            "patch" when one => writer.PatchAsync(http, request, type, user, ct),
            "delete" => remover.DeleteAsync(http, request, type, ct),
            "deletecollection" when type.Verbs.Contains("deletecollection", StringComparer.Ordinal)
                => remover.DeleteCollectionAsync(http, request, type, ct),
            _ => throw Statuses.MethodNotAllowed(),
        };
    }

    private Task ListOrWatchAsync(HttpContext http, ResourceRequest request, ResourceType type, CancellationToken ct)
    {
        var query = ListQuery.Read(http.Request.Query, request.IsWatch);
        if (request.IsWatch && request.Name.Length > 0)
        {
            query = query with { Fields = $"metadata.name={request.Name}" };
        }

        return query.Watch ? watcher.WatchAsync(http, request, type, query, ct) : reader.ListAsync(http, request, type, query, ct);
    }
}
