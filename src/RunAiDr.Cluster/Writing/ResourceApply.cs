using System.Text.Json.Nodes;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Writing;

/// <summary>Server-side apply of one resource, and what the answer means.</summary>
internal sealed class ResourceApply(ApiConnection api)
{
    public const string FieldManager = "runai-dr";

    // The server compares it with that of the live resource, and ignores it when there is none. No resource has it:
    // the first write of a new etcd makes revision 2.
    private const string RevisionOfNothing = "1";

    private readonly RevisionMark _mark = new(api);

    public async Task<ApplyResult> ApplyAsync(Resource resource, ApplyOptions options, CancellationToken ct)
    {
        // A dry run answers with the old resourceVersion even where it would change something: the content must tell.
        var live = options.DryRun ? await LiveAsync(resource, ct) : null;
        var before = options.DryRun ? 0 : await _mark.BeforeAsync(resource, ct);
        var request = RequestFor(resource, options);
        var answer = await api.SendAsync(request, null, ct);
        if (answer.Status == 401 || (!answer.Succeeded && answer.Status != 404 && answer.ToStatus() is null && !IsPlain(answer)))
        {
            throw ApiFailure.From(request, answer, api.Server);
        }

        if (answer.Status == 409 && options.MustBeAbsent)
        {
            return new ApplyResult(resource.Key, ApplyAction.Conflict, "exists already");
        }

        if (!answer.Succeeded)
        {
            return Refusal.Of(resource.Key, answer);
        }

        var applied = api.ObjectOf(request, answer);
        _mark.Observe(applied);
        return new ApplyResult(resource.Key, answer.Status switch
        {
            201 => ApplyAction.Created,
            _ when options.DryRun => SameContent(live, applied) ? ApplyAction.Unchanged : ApplyAction.Configured,
            _ => RevisionMark.Of(applied) <= before ? ApplyAction.Unchanged : ApplyAction.Configured,
        }, Live: applied);
    }

    private static ApiRequest RequestFor(Resource resource, ApplyOptions options)
    {
        var path = ResourcePaths.Of(resource.Kind, resource.Namespace, resource.Name)
            + $"?fieldManager={FieldManager}&fieldValidation=Strict"
            + (options.Force ? "&force=true" : "")
            + (options.DryRun ? "&dryRun=All" : "");
        return new ApiRequest(HttpMethod.Patch, path)
        {
            Verb = "patch",
            Kind = resource.Kind,
            Namespace = resource.Namespace,
            ContentType = "application/apply-patch+yaml",
            Body = ApplyBody.Of(options.MustBeAbsent ? WithRevisionOfNothing(resource) : resource.Body),
        };
    }

    private static JsonObject WithRevisionOfNothing(Resource resource)
    {
        var copy = resource with { Body = (JsonObject)resource.Body.DeepClone() };
        copy.Metadata["resourceVersion"] = RevisionOfNothing;
        return copy.Body;
    }

    private async Task<JsonObject?> LiveAsync(Resource resource, CancellationToken ct)
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePaths.Of(resource.Kind, resource.Namespace, resource.Name))
        {
            Kind = resource.Kind,
            Namespace = resource.Namespace,
        };
        var answer = await api.SendAsync(request, null, ct);
        return answer.Succeeded ? api.ObjectOf(request, answer) : null;
    }

    // The server and its aggregator send short plain texts for 404, 429 and 503.
    private static bool IsPlain(ApiAnswer answer) => answer.MediaType == "text/plain";

    private static bool SameContent(JsonObject? live, JsonObject applied) =>
        live is not null && JsonNode.DeepEquals(WithoutTimes(live), WithoutTimes(applied));

    private static JsonNode WithoutTimes(JsonObject resource)
    {
        var copy = resource.DeepClone();
        foreach (var entry in (copy["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>())
        {
            entry.Remove("time");
        }

        return copy;
    }
}
