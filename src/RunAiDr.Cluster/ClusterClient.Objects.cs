using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Cluster.Writing;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    private static readonly ResourceKind Events = new("", "v1", "Event", "events", Namespaced: true);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind, string labelSelector, CancellationToken ct) =>
        ListAsync(new ListSelection(kind, LabelSelector: labelSelector), ct);

    /// <summary>Every object of a selection, as one moment had them.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached, refuses, or does not serve the kind.</exception>
    internal async Task<IReadOnlyList<JsonObject>> ListAsync(ListSelection selection, CancellationToken ct)
    {
        var (found, attempt) = (new List<JsonObject>(), 0);
        await foreach (var page in ReadCutAsync([selection], ct))
        {
            if (page.Attempt != attempt)
            {
                found.Clear();
                attempt = page.Attempt;
            }

            found.AddRange(page.Items.Select(item => ObjectOf(selection, item)));
        }

        return found;
    }

    private JsonObject ObjectOf(ListSelection selection, ReadOnlyMemory<byte> item)
    {
        try
        {
            return WholeJson.ReadObject(item.Span);
        }
        catch (JsonException)
        {
            var request = new ApiRequest(HttpMethod.Get, "") { Verb = "list", Kind = selection.Kind, Namespace = selection.Namespace };
            throw ApiFailure.Broken(request, _api.Server, "an object of the list is not JSON");
        }
    }

    /// <summary>Patches (RFC 7386) an object and gives it as stored; null when it is not there.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses.</exception>
    internal Task<JsonObject?> PatchAsync(
        ResourceKind kind, string? @namespace, string name, JsonObject patch, CancellationToken ct) =>
        PatchAsync(PatchOf(kind, @namespace, name, patch), [404], ct);

    /// <summary>As <see cref="PatchAsync(ResourceKind, string?, string, JsonObject, CancellationToken)"/>, null also when the object has not the resourceVersion of the patch any more.</summary>
    internal Task<JsonObject?> TryPatchAsync(
        ResourceKind kind, string? @namespace, string name, JsonObject patch, CancellationToken ct) =>
        PatchAsync(PatchOf(kind, @namespace, name, patch), [404, 409], ct);

    private static ApiRequest PatchOf(ResourceKind kind, string? @namespace, string name, JsonObject patch)
    {
        var path = $"{ResourcePaths.Of(kind, @namespace, name)}?fieldManager={ResourceApply.FieldManager}";
        return new ApiRequest(HttpMethod.Patch, path)
        {
            Verb = "patch",
            Kind = kind,
            Namespace = @namespace,
            ContentType = "application/merge-patch+json",
            Body = Encoding.UTF8.GetBytes(patch.ToJsonString()),
        };
    }

    private async Task<JsonObject?> PatchAsync(ApiRequest request, int[] missed, CancellationToken ct)
    {
        var answer = await _api.SendAsync(request, null, ct);
        return missed.Contains(answer.Status) ? null : _api.ObjectOf(request, answer);
    }

    /// <summary>Deletes an object if it still is the one with this UID. Finalizers may keep it for a while.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses.</exception>
    internal async Task DeleteAsync(ResourceKind kind, string? @namespace, string name, string uid, CancellationToken ct)
    {
        var options = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "DeleteOptions",
            ["preconditions"] = new JsonObject { ["uid"] = uid },
        };
        var request = new ApiRequest(HttpMethod.Delete, ResourcePaths.Of(kind, @namespace, name))
        {
            Verb = "delete",
            Kind = kind,
            Namespace = @namespace,
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes(options.ToJsonString()),
        };
        var answer = await _api.SendAsync(request, null, ct);
        if (!answer.Succeeded && answer.Status is not (404 or 409))
        {
            throw ApiFailure.From(request, answer, _api.Server);
        }
    }

    /// <summary>The events about one object; none where they may not be read, as they are only told along.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached.</exception>
    internal async Task<IReadOnlyList<JsonObject>> EventsOfAsync(string @namespace, string uid, CancellationToken ct)
    {
        var selector = Uri.EscapeDataString($"involvedObject.uid={uid}");
        var request = new ApiRequest(HttpMethod.Get, $"{ResourcePaths.Of(Events, @namespace)}?fieldSelector={selector}")
        {
            Verb = "list",
            Kind = Events,
            Namespace = @namespace,
        };
        var answer = await _api.SendAsync(request, null, ct);
        return answer.Status == 403 ? [] : [.. _api.ObjectOf(request, answer).Maps("items")];
    }

    /// <summary>The version of a group that the server prefers; null when it does not serve the group.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses.</exception>
    internal async Task<string?> PreferredVersionAsync(string group, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, $"/apis/{group}");
        var answer = await _api.SendAsync(request, null, ct);
        return answer.Status == 404 ? null : _api.ObjectOf(request, answer).Map("preferredVersion")?.Text("version");
    }
}
