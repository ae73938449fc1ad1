using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Storage;

namespace RunAiDr.Sandbox.Writing;

/// <summary>PUT and merge patches of the <c>scale</c> subresource: they change the number of replicas and nothing else.</summary>
internal sealed class ScaleEndpoint(ObjectWriter writer, TimeProvider clock)
{
    public async Task WriteAsync(HttpContext http, ResourceRequest request, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        if (request.Verb == "patch"
            && RequestBody.MediaType(http.Request.ContentType) is not ("application/merge-patch+json" or "application/strategic-merge-patch+json"))
        {
            throw Statuses.UnsupportedPatch();
        }

        var sent = RequestBody.Parse(await RequestBody.ReadAsync(http, ct), type);
        var whole = request with { Subresource = "" };
        var decided = options.Request(whole, type);
        var written = writer.Update(whole, type, live => Writes.Patch(decided, live, PatchKind.Merge, Change(sent)), options)
            ?? throw Statuses.NotFound(type.Kind, request.Name);
        await Answers.WriteAsync(http, 200, JsonText.Write(ScaleView.Of(written.Body), sorted: false), ct);
    }

    private static JsonObject Change(JsonObject sent)
    {
        var change = new JsonObject { ["spec"] = new JsonObject { ["replicas"] = sent.Map("spec")?["replicas"]?.DeepClone() ?? 0 } };
        if (sent.Map("metadata")?.Text("resourceVersion") is { Length: > 0 } version)
        {
            change["metadata"] = new JsonObject { ["resourceVersion"] = version };
        }

        return change;
    }
}
