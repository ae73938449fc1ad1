using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Cluster.Writing;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster;

public sealed partial class ClusterClient
{
    private static readonly ResourceKind AccessReview = new(
        "authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", Namespaced: false);

    /// <inheritdoc/>
    public Task<ApplyResult> ApplyAsync(Resource resource, ApplyOptions options, CancellationToken ct) =>
        _apply.ApplyAsync(resource, options, ct);

    /// <summary>Creates a resource (POST) and gives it as stored.</summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server refuses, also when the resource exists.</exception>
    public Task<JsonObject> CreateAsync(Resource resource, bool dryRun, CancellationToken ct)
    {
        var path = ResourcePaths.Of(resource.Kind, resource.Namespace)
            + $"?fieldManager={ResourceApply.FieldManager}&fieldValidation=Strict" + (dryRun ? "&dryRun=All" : "");
        return _api.ObjectAsync(
            new ApiRequest(HttpMethod.Post, path)
            {
                Verb = "create",
                Kind = resource.Kind,
                Namespace = resource.Namespace,
                ContentType = "application/json",
                Body = Encoding.UTF8.GetBytes(resource.Body.ToJsonString()),
                Repeatable = dryRun,
            },
            ct);
    }

    /// <summary>As <see cref="CreateAsync"/>, null when the resource exists.</summary>
    internal Task<JsonObject?> TryCreateAsync(ResourceKind kind, JsonObject body, CancellationToken ct) =>
        WriteAsync(HttpMethod.Post, kind, body, [409], ct);

    /// <summary>
    /// Replaces a resource (PUT) if it still has the resourceVersion of <paramref name="body"/>, and gives it as stored;
    /// null when it was changed or deleted meanwhile.
    /// </summary>
    /// <exception cref="RunAiDr.Core.RunAiDrException">The server cannot be reached or refuses.</exception>
    internal Task<JsonObject?> ReplaceAsync(ResourceKind kind, JsonObject body, CancellationToken ct) =>
        WriteAsync(HttpMethod.Put, kind, body, [404, 409], ct);

    /// <summary>Deletes a resource; false when it is not there. Finalizers may keep it for a while.</summary>
    public async Task<bool> DeleteAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Delete, ResourcePaths.Of(kind, @namespace, name))
        {
            Verb = "delete",
            Kind = kind,
            Namespace = @namespace,
        };
        var answer = await _api.SendAsync(request, null, ct);
        return answer.Succeeded || (answer.Status == 404 ? false : throw ApiFailure.From(request, answer, _api.Server));
    }

    /// <inheritdoc/>
    public Task<bool> MayAsync(string verb, ResourceKind kind, string? @namespace, CancellationToken ct) =>
        ReviewAsync(new JsonObject { ["verb"] = verb }, kind, @namespace, ct);

    public Task<bool> MayBindAsync(ResourceKind roleKind, string roleName, string? @namespace, CancellationToken ct) =>
        ReviewAsync(new JsonObject { ["verb"] = "bind", ["name"] = roleName }, roleKind, @namespace, ct);

    private async Task<JsonObject?> WriteAsync(
        HttpMethod method, ResourceKind kind, JsonObject body, int[] late, CancellationToken ct)
    {
        var (replaces, metadata) = (method == HttpMethod.Put, body.Map("metadata") ?? []);
        var (@namespace, name) = (metadata.Text("namespace"), metadata.Text("name") ?? "");
        var path = replaces ? ResourcePaths.Of(kind, @namespace, name) : ResourcePaths.Of(kind, @namespace);
        var request = new ApiRequest(method, $"{path}?fieldManager={ResourceApply.FieldManager}")
        {
            Verb = replaces ? "update" : "create",
            Kind = kind,
            Namespace = @namespace,
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes(body.ToJsonString()),
            Repeatable = replaces,
        };
        var answer = await _api.SendAsync(request, null, ct);
        return late.Contains(answer.Status) ? null : _api.ObjectOf(request, answer);
    }

    private async Task<bool> ReviewAsync(JsonObject attributes, ResourceKind kind, string? @namespace, CancellationToken ct)
    {
        attributes["resource"] = kind.Plural;
        AddUnlessEmpty(attributes, "namespace", @namespace);
        AddUnlessEmpty(attributes, "group", kind.Group);
        var spec = new JsonObject { ["resourceAttributes"] = attributes };
        return (await CreateReviewAsync(AccessReview, spec, ct))?.IsTrue("allowed") == true;
    }

    private static void AddUnlessEmpty(JsonObject attributes, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            attributes[name] = value;
        }
    }
}
