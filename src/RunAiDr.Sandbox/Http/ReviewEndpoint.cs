using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Http;

/// <summary>Questions about rights and credentials: created, answered with 201, never stored.</summary>
internal sealed class ReviewEndpoint(RbacAuthorizer authorizer, Authenticator authenticator, TimeProvider clock)
{
    private const string Audience = "https://kubernetes.default.svc.cluster.local";

    public async Task CreateAsync(HttpContext http, ResourceType type, SandboxUser user, CancellationToken ct)
    {
        var body = await RequestBody.ObjectAsync(http, type, ct);
        var options = WriteOptions.Read(http.Request, user, clock.GetUtcNow());
        ManagedFields.Update(
            type.Rules, null, body, new FieldOwner(options.Manager, Applies: false, type.Kind.ApiVersion, ""), ObjectMetadata.Timestamp(options.Now));
        body["kind"] = type.Kind.Kind;
        body["apiVersion"] = type.Kind.ApiVersion;
        body["status"] = type.Kind.Kind switch
        {
            "SelfSubjectReview" => Self(body, user),
            "SelfSubjectRulesReview" => Rules(body, user),
            "TokenReview" => Token(body),
            "SelfSubjectAccessReview" => Access(type, body, user),
            _ => Access(type, body, Subject(type, body)),
        };
        await Answers.WriteAsync(http, 201, body, ct);
    }

    private static SandboxUser Subject(ResourceType type, JsonObject body)
    {
        var (name, groups) = (Text(body["spec"] as JsonObject, "user"), TextsOf(body["spec"]?["groups"]));
        return name.Length > 0 || groups.Length > 0
            ? new SandboxUser(name, groups)
            : throw Invalid(type, "Invalid value: \"\": at least one of user or group must be specified", "spec.user");
    }

    private static StatusException Invalid(ResourceType type, string message, string field) => Statuses.Invalid(
        $".{type.Kind.Group}", "", new JsonObject { ["group"] = type.Kind.Group }, [new Cause("FieldValueInvalid", message, field)]);

    private static JsonObject UserInfo(SandboxUser user) => new()
    {
        ["username"] = user.Name,
        ["groups"] = new JsonArray([.. user.Groups.Select(g => JsonValue.Create(g))]),
    };

    private static JsonArray Texts(string[] texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    private JsonObject Self(JsonObject body, SandboxUser user)
    {
        body["metadata"] = new JsonObject { ["creationTimestamp"] = ObjectMetadata.Timestamp(clock.GetUtcNow()) };
        return new JsonObject { ["userInfo"] = UserInfo(user) };
    }

    private JsonObject Token(JsonObject body)
    {
        if (Text(body["spec"] as JsonObject, "token") is not { Length: > 0 } token)
        {
            throw Statuses.BadRequest("token is required for TokenReview in authentication");
        }

        if (authenticator.UserOfToken(token) is not { } user)
        {
            return Unauthenticated("invalid bearer token");
        }

        var audiences = TextsOf(body["spec"]?["audiences"]);
        return audiences.Length == 0 || audiences.Contains(Audience, StringComparer.Ordinal)
            ? new JsonObject { ["authenticated"] = true, ["user"] = UserInfo(user), ["audiences"] = Texts([Audience]) }
            : Unauthenticated($"[invalid bearer token, token audiences [\"{Audience}\"] is invalid for the target audiences [{string.Join(", ", audiences.Select(a => $"\"{a}\""))}]]");
    }

    private static JsonObject Unauthenticated(string why) => new() { ["user"] = new JsonObject(), ["error"] = why };

    private JsonObject Rules(JsonObject body, SandboxUser user)
    {
        var rules = authorizer.RulesOf(user, (string?)body["spec"]?["namespace"] ?? "");
        return new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules.Where(r => r.Resources.Length > 0).Select(Resource)]),
            ["nonResourceRules"] = new JsonArray([.. rules.Where(r => r.Paths.Length > 0).Select(r => new JsonObject
            {
                ["verbs"] = Texts(r.Verbs), ["nonResourceURLs"] = Texts(r.Paths),
            })]),
            ["incomplete"] = false,
        };
    }

    private static JsonObject Resource(PolicyRule rule)
    {
        var shown = new JsonObject { ["verbs"] = Texts(rule.Verbs), ["apiGroups"] = Texts(rule.Groups), ["resources"] = Texts(rule.Resources) };
        if (rule.Names.Length > 0)
        {
            shown["resourceNames"] = Texts(rule.Names);
        }

        return shown;
    }

    private JsonObject Access(ResourceType type, JsonObject body, SandboxUser user)
    {
        var resource = body["spec"]?["resourceAttributes"] as JsonObject;
        var path = body["spec"]?["nonResourceAttributes"] as JsonObject;
        if ((resource is null) == (path is null))
        {
            throw Invalid(
                type, "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified", "spec.resourceAttributes");
        }

        var question = resource is null
            ? new AccessQuestion(Text(path, "verb"), "", "") { Path = Text(path, "path") }
            : new AccessQuestion(Text(resource, "verb"), Text(resource, "group"), Text(resource, "resource"))
            {
                Subresource = Text(resource, "subresource"),
                Namespace = Text(resource, "namespace"),
                Name = Text(resource, "name"),
            };
        var reason = authorizer.Allow(user, question);
        var status = new JsonObject { ["allowed"] = reason is not null };
        if (!string.IsNullOrEmpty(reason))
        {
            status["reason"] = reason;
        }

        return status;
    }

    private static string Text(JsonObject? map, string name) => (string?)map?[name] ?? "";

    private static string[] TextsOf(JsonNode? list) => [.. (list as JsonArray ?? []).Select(text => (string?)text ?? "")];
}
