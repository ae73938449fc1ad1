using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>DELETE of one object and of collections.</summary>
internal sealed class DeleteEndpoint(ObjectRemover remover, ReadEndpoint reader)
{
    public async Task DeleteAsync(HttpContext http, ResourceRequest request, ResourceType type, CancellationToken ct)
    {
        var options = await DeleteOptions.ReadAsync(http, ct);
        var answer = remover.Delete(type, request.Namespace, request.Name, options) ?? throw Statuses.NotFound(type.Kind, request.Name);
        await Answers.WriteAsync(http, 200, JsonText.Write(answer, type.IsCustom && (string?)answer["kind"] != "Status"), ct);
    }

    public async Task DeleteCollectionAsync(HttpContext http, ResourceRequest request, ResourceType type, CancellationToken ct)
    {
        var options = await DeleteOptions.ReadAsync(http, ct);
        var page = await reader.ReadAsync(request, type, ListQuery.Read(http.Request.Query, watchPath: false), ct);
        foreach (var stored in page.Objects)
        {
            remover.Delete(type, stored.Name.Namespace, stored.Name.Name, options);
        }

        var items = new JsonArray([.. page.Objects.Select(o => Item(type, o))]);
        await Answers.WriteAsync(http, 200, new JsonObject
        {
            ["kind"] = type.ListKind,
            ["apiVersion"] = type.Kind.ApiVersion,
            ["metadata"] = page.Metadata(type),
            ["items"] = items,
        }, ct);
    }

    private static JsonObject Item(ResourceType type, StoredObject stored)
    {
        var body = Representation.Read(type, stored);
        if (!type.IsCustom)
        {
            body.Remove("kind");
            body.Remove("apiVersion");
        }

        return body;
    }
}
