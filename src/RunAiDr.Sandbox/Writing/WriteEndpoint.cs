using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>POST, PUT and PATCH.</summary>
internal sealed class WriteEndpoint(ObjectWriter writer, RbacAuthorizer authorizer, TimeProvider clock)
{
    public async Task CreateAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var body = await RequestBody.ObjectAsync(http, type, ct);
        CheckNamespace(request, body);
        await AnswerAsync(http, type, writer.Create(request, type, body, options), ct);
    }

    public async Task UpdateAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var body = await RequestBody.ObjectAsync(http, type, ct);
        CheckNamespace(request, body);
        ObjectMetadata.Of(body)["name"] ??= request.Name;
        var decided = options.Request(request, type);
        var updated = request.Subresource == "finalize"
            ? writer.Update(request, type, live => Finalized(live, body), options)
            : writer.Update(request, type, live => Writes.Replace(decided, live, body), options);
        if (updated is null && (!type.Has(KindTraits.CreateOnUpdate) || request.Subresource.Length > 0))
        {
            throw Statuses.NotFound(type.Kind, request.Name);
        }

        await AnswerAsync(http, type, updated ?? writer.Create(request, type, body, options), ct);
    }

    public async Task PatchAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var media = RequestBody.MediaType(http.Request.ContentType);
        var bytes = await RequestBody.ReadAsync(http, ct);
        var result = media == "application/apply-patch+yaml"
            ? Apply(request, type, bytes, options)
            : Patch(request, type, media, bytes, options);
        await AnswerAsync(http, type, result, ct);
    }

    /// <summary>A namespace's finalizers have a subresource of their own.</summary>
    private static WriteOutcome Finalized(JsonObject live, JsonObject body)
    {
        live["spec"] = body["spec"]?.DeepClone();
        return new WriteOutcome(live, Created: false, Changed: true, [], null);
    }

    private static void CheckNamespace(ResourceRequest request, JsonObject body)
    {
        if (ObjectMetadata.Of(body)["namespace"]?.ToString() is { Length: > 0 } ns && request.Namespace.Length > 0 && ns != request.Namespace)
        {
            throw Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static JsonNode? ParsePatch(byte[] bytes)
    {
        try
        {
            return JsonText.Read(bytes);
        }
        catch (JsonException failure)
        {
            throw Statuses.BadRequest($"error decoding patch: {failure.Message}");
        }
    }

    private static PatchKind KindOf(string media, ResourceType type) => (media, type.IsCustom) switch
    {
        ("application/json-patch+json", _) => PatchKind.Json,
        ("application/merge-patch+json", _) => PatchKind.Merge,
        ("application/strategic-merge-patch+json", false) => PatchKind.Strategic,
        (_, true) => throw Statuses.UnsupportedMediaType(
            "application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"),
        _ => throw Statuses.UnsupportedPatch(),
    };

    private static async Task AnswerAsync(HttpContext http, ResourceType type, WriteResult result, CancellationToken ct)
    {
        foreach (var warning in result.Warnings)
        {
            var quoted = warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            http.Response.Headers.Append("Warning", $"299 - \"{quoted}\"");
        }

        await Answers.WriteAsync(http, result.Created ? 201 : 200, JsonText.Write(result.Body, type.IsCustom), ct);
    }

    private WriteResult Patch(ResourceRequest request, ResourceType type, string media, byte[] bytes, WriteOptions options)
    {
        var kind = KindOf(media, type);
        options.CheckPatch();
        var content = ParsePatch(bytes);
        var decided = options.Request(request, type);
        return writer.Update(request, type, live => Writes.Patch(decided, live, kind, content), options)
            ?? throw Statuses.NotFound(type.Kind, request.Name);
    }

    private WriteResult Apply(ResourceRequest request, ResourceType type, byte[] bytes, WriteOptions options)
    {
        options.CheckApply();
        var config = RequestBody.ParseApply(bytes);
        var decided = options.Request(request, type) with { Manager = options.FieldManager };
        var updated = writer.Update(request, type, live => Writes.Apply(decided, live, config), options);
        if (updated is not null)
        {
            return updated;
        }

        if (request.Subresource.Length > 0)
        {
            throw Statuses.NotFound(type.Kind, request.Name);
        }

        authorizer.RequireCreate(options.User, request, type);
        return writer.Insert(request, type, Writes.Apply(decided, null, config), options);
    }
}
