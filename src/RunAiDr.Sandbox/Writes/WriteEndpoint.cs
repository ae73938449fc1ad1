using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writes;

/// <summary>POST, PUT and PATCH.</summary>
internal sealed class WriteEndpoint(ObjectWriter writer, RbacAuthorizer authorizer, TimeProvider clock)
{
    public async Task CreateAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var body = await RequestBody.ObjectAsync(http, type, ct);
        CheckNamespace(request, body);
        var created = writer.Create(request, type, body, options);
        await AnswerAsync(http, type, new WriteResult(created, Created: true), options, ct);
    }

    public async Task UpdateAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var body = await RequestBody.ObjectAsync(http, type, ct);
        CheckNamespace(request, body);
        CheckName(request, body);
        var updated = writer.Update(request, type, live => Replacement(request, type, live, body), options);
        if (updated is null && (!type.Has(KindTraits.CreateOnUpdate) || request.Subresource.Length > 0))
        {
            throw Statuses.NotFound(type.Kind, request.Name);
        }

        if (updated is null)
        {
            ObjectMetadata.Of(body).Remove("resourceVersion");
            await AnswerAsync(http, type, new WriteResult(writer.Create(request, type, body, options), Created: true), options, ct);
            return;
        }

        await AnswerAsync(http, type, new WriteResult(updated, Created: false), options, ct);
    }

    public async Task PatchAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        var media = RequestBody.MediaType(http.Request.ContentType);
        var bytes = await RequestBody.ReadAsync(http, ct);
        var result = media == "application/apply-patch+yaml"
            ? Apply(request, type, bytes, options)
            : Patch(request, type, media, bytes, options);
        await AnswerAsync(http, type, result, options, ct);
    }

    private static JsonObject Replacement(ResourceRequest request, ResourceType type, JsonObject live, JsonObject body)
    {
        if (type.Has(KindTraits.NeedsVersionOnUpdate) && ObjectMetadata.VersionOf(body) is "" or "0")
        {
            throw Statuses.Invalid(
                type.Kind.QualifiedName, request.Name, Statuses.Details(type.Kind, request.Name),
                [new Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion")]);
        }

        var next = (JsonObject)body.DeepClone();
        var metadata = ObjectMetadata.Of(next);
        if (!metadata.ContainsKey("managedFields") && ObjectMetadata.Of(live)["managedFields"] is { } fields)
        {
            metadata["managedFields"] = fields.DeepClone();
        }

        return next;
    }

    private static void CheckNamespace(ResourceRequest request, JsonObject body)
    {
        if ((string?)ObjectMetadata.Of(body)["namespace"] is { Length: > 0 } ns && request.Namespace.Length > 0 && ns != request.Namespace)
        {
            throw Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static void CheckName(ResourceRequest request, JsonObject body)
    {
        var metadata = ObjectMetadata.Of(body);
        var name = (string?)metadata["name"] ?? "";
        if (name.Length > 0 && name != request.Name)
        {
            throw Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        }

        metadata["name"] = request.Name;
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

    private static async Task AnswerAsync(HttpContext http, ResourceType type, WriteResult result, WriteOptions options, CancellationToken ct)
    {
        foreach (var warning in options.FieldValidation == "Ignore" ? [] : options.Warnings)
        {
            http.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }

        await Answers.WriteAsync(http, result.Created ? 201 : 200, JsonText.Write(result.Body, type.IsCustom), ct);
    }

    private WriteResult Patch(ResourceRequest request, ResourceType type, string media, byte[] bytes, WriteOptions options)
    {
        var patch = PatchKinds.Of(media, type, request.Name);
        var content = ParsePatch(bytes);
        var updated = writer.Update(request, type, live => patch(live, content), options)
            ?? throw Statuses.NotFound(type.Kind, request.Name);
        return new WriteResult(updated, Created: false);
    }

    private WriteResult Apply(ResourceRequest request, ResourceType type, byte[] bytes, WriteOptions options)
    {
        options.CheckApply();
        var config = RequestBody.ParseApply(bytes, type);
        var named = ObjectMetadata.Of(config)["name"] is not null;
        CheckNamespace(request, config);
        CheckName(request, config);
        if (type.Kind.Namespaced)
        {
            ObjectMetadata.Of(config).Remove("namespace");
        }

        var updated = writer.Update(request, type, live => Applied(request, type, live, config, options), options, owned: true);
        if (updated is not null)
        {
            return new WriteResult(updated, Created: false);
        }

        if (!named)
        {
            throw Statuses.BadRequest($"the name of the object ({request.Name} based on URL) was undeterminable: name must be provided");
        }

        if (request.Subresource.Length > 0)
        {
            throw Statuses.NotFound(type.Kind, request.Name);
        }

        authorizer.RequireCreate(options.User, request, type);
        ObjectMetadata.Of(config).Remove("resourceVersion");
        var created = writer.Create(request, type, Applied(request, type, null, config, options), options, owned: true);
        return new WriteResult(created, Created: true);
    }

    private static JsonObject Applied(ResourceRequest request, ResourceType type, JsonObject? live, JsonObject config, WriteOptions options)
    {
        if (live is not null && ObjectMetadata.VersionOf(config) is { Length: > 0 } version && version != ObjectMetadata.VersionOf(live))
        {
            throw Statuses.Conflict(type.Kind, request.Name);
        }

        var owner = new FieldOwner(options.FieldManager, Applies: true, type.Kind.ApiVersion, request.Subresource);
        var result = ServerSideApply.Apply(type.Rules, live, config, owner, options.Force, ObjectMetadata.Timestamp(options.Now));
        return result.Body ?? throw Statuses.From(result.Refused);
    }
}
