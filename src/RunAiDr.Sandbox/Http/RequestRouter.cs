using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox.Http;

/// <summary>Takes every request: who, may he, what, and which endpoint answers.</summary>
internal sealed class RequestRouter(
    KindRegistry kinds, Authenticator authenticator, RbacAuthorizer authorizer, DiscoveryEndpoint discovery, ResourceEndpoints resources)
{
    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            await RouteAsync(http, ct);
        }
        catch (StatusException failure)
        {
            await Answers.WriteAsync(http, failure, ct);
        }
    }

    private async Task RouteAsync(HttpContext http, CancellationToken ct)
    {
        var user = authenticator.UserOf(http);
        var path = PathOf(http);
        if (ResourceRequest.Parse(path) is not { } request)
        {
            await AnswerPathAsync(http, user, path, ct);
            return;
        }

        request = request with { Verb = VerbOf(http.Request, request) };
        var type = kinds.Find(request.Group, request.Version, request.Plural);
        Authorize(http, user, request, type);
        if (type is null || !request.Fits(type) || !HasSubresource(type, request.Subresource))
        {
            await NotFoundAsync(http, request.Group, ct);
            return;
        }

        await resources.AnswerAsync(http, request, type, user, ct);
    }

    private static List<string> PathOf(HttpContext http)
    {
        // The raw target: a name may hold an escaped character that must not be taken for a part of the path.
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        return [.. target.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
    }

    private static bool HasSubresource(ResourceType type, string subresource) =>
        subresource.Length == 0 || type.Subresources.Contains(subresource, StringComparer.Ordinal);

    private static string VerbOf(HttpRequest http, ResourceRequest request)
    {
        var one = request.Name.Length > 0;
        return http.Method switch
        {
            "GET" when request.IsWatch => "watch",
            "GET" when one => "get",
            "GET" when http.Query.TryGetValue("watch", out var watch) && (string?)watch is not ("false" or "0") => "watch",
            "GET" => "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" when one => "delete",
            "DELETE" => "deletecollection",
            _ => http.Method.ToLowerInvariant(),
        };
    }

    private void Authorize(HttpContext http, SandboxUser user, ResourceRequest request, ResourceType? type)
    {
        var question = request.Question;
        if (type is not null && request.Name.Length == 0 && request.Verb is "list" or "watch" or "deletecollection")
        {
            // A list of one name is covered by a right on that name.
            var fields = (string?)http.Request.Query["fieldSelector"] ?? "";
            question = question with { Name = fields.StartsWith("metadata.name=", StringComparison.Ordinal) ? fields["metadata.name=".Length..].TrimStart('=') : "" };
        }

        if (authorizer.Allow(user, question) is not null)
        {
            return;
        }

        var qualified = request.Group.Length == 0 ? request.Plural : $"{request.Plural}.{request.Group}";
        var what = question.Name.Length > 0 ? $"{qualified} \"{question.Name}\"" : qualified;
        var place = question.Namespace.Length == 0 ? "at the cluster scope" : $"in the namespace \"{question.Namespace}\"";
        throw Statuses.Fail(
            403, "Forbidden",
            $"{what} is forbidden: User \"{user.Name}\" cannot {question.Verb} resource \"{question.FullResource}\" in API group \"{request.Group}\" {place}",
            Statuses.Details(new Core.Resources.ResourceKind(request.Group, request.Version, "", request.Plural, Namespaced: false), question.Name));
    }

    private async Task AnswerPathAsync(HttpContext http, SandboxUser user, List<string> path, CancellationToken ct)
    {
        var text = "/" + string.Join('/', path);
        if (authorizer.Allow(user, new AccessQuestion(http.Request.Method.ToLowerInvariant(), "", "") { Path = text }) is null)
        {
            throw Statuses.Fail(403, "Forbidden", $"forbidden: User \"{user.Name}\" cannot get path \"{text}\"", []);
        }

        if (!await discovery.TryAnswerAsync(http, path, ct))
        {
            await NotFoundTextAsync(http, ct);
        }
    }

    private static Task NotFoundAsync(HttpContext http, string group, CancellationToken ct) =>
        KindRegistry.IsBuiltInGroup(group) ? throw Statuses.NoSuchResource() : NotFoundTextAsync(http, ct);

    private static Task NotFoundTextAsync(HttpContext http, CancellationToken ct) =>
        Answers.WriteTextAsync(http, 404, "404 page not found\n", ct);
}
