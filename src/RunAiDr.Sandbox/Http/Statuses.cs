using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Sandbox.Http;

/// <summary>The refusals of the server. <c>details.kind</c> is the plural except in those of validation.</summary>
internal static class Statuses
{
    public static StatusException NotFound(ResourceKind kind, string name) =>
        Fail(404, "NotFound", $"{kind.QualifiedName} \"{name}\" not found", Details(kind, name));

    public static StatusException NoSuchResource() =>
        Fail(404, "NotFound", "the server could not find the requested resource", []);

    public static StatusException AlreadyExists(ResourceKind kind, string name, bool terminating = false) =>
        Fail(409, "AlreadyExists",
            $"{(terminating ? "object is being deleted: " : "")}{kind.QualifiedName} \"{name}\" already exists", Details(kind, name));

    public static StatusException Conflict(ResourceKind kind, string name, string? why = null) =>
        Fail(409, "Conflict",
            $"Operation cannot be fulfilled on {kind.QualifiedName} \"{name}\": {why ?? "the object has been modified; please apply your changes to the latest version and try again"}",
            Details(kind, name));

    /// <summary>A failed precondition of a DELETE: its details have the Kind, not the plural.</summary>
    public static StatusException PreconditionFailed(ResourceKind kind, string name, string why) =>
        Fail(409, "Conflict", $"Operation cannot be fulfilled on {Qualified(kind)} \"{name}\": {why}", KindDetails(kind, name));

    public static StatusException Forbidden(ResourceKind kind, string name, string why, params JsonArray causes)
    {
        var details = Details(kind, name);
        if (causes.Count > 0)
        {
            details["causes"] = causes;
        }

        return Fail(403, "Forbidden", $"{kind.QualifiedName} \"{name}\" is forbidden: {why}", details);
    }

    public static StatusException Unauthorized() => Fail(401, "Unauthorized", "Unauthorized", null);

    public static StatusException BadRequest(string message) => Fail(400, "BadRequest", message, null);

    public static StatusException MethodNotAllowed() =>
        Fail(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static StatusException NotAcceptable(string message, JsonObject? details = null) =>
        Fail(406, "NotAcceptable", message, details);

    public static StatusException UnsupportedMediaType(params string[] accepted) =>
        Fail(415, "UnsupportedMediaType",
            $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}", null);

    /// <summary>For a built-in kind the router refuses, before anybody reads the body.</summary>
    public static StatusException UnsupportedPatch() => Fail(415, "UnsupportedMediaType", "415: Unsupported Media Type", []);

    public static StatusException TooLarge() =>
        Fail(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728", null);

    /// <summary>A mistake of the client that the server calls its own: 500 without a reason.</summary>
    public static StatusException Internal(string message) => Fail(500, null, message, null);

    public static StatusException Expired(string message, string? nextToken = null)
    {
        var failure = Fail(410, "Expired", message, null);
        if (nextToken is not null)
        {
            failure.Status["metadata"] = new JsonObject { ["continue"] = nextToken };
        }

        return failure;
    }

    public static StatusException VersionOfTheFuture(long asked, long current) => Fail(
        504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}",
        new JsonObject
        {
            ["causes"] = new JsonArray(new JsonObject
            {
                ["reason"] = "ResourceVersionTooLarge",
                ["message"] = "Too large resource version",
            }),
            ["retryAfterSeconds"] = 1,
        });

    /// <summary>422 of an object; <paramref name="causes"/> are shown in the message too.</summary>
    public static StatusException Invalid(ResourceKind kind, string name, params IReadOnlyList<Cause> causes) =>
        Invalid(Qualified(kind), name, KindDetails(kind, name), causes);

    public static StatusException InvalidOptions(string kind, params IReadOnlyList<Cause> causes) =>
        Invalid($"{kind}.meta.k8s.io", "", new JsonObject { ["group"] = "meta.k8s.io", ["kind"] = kind }, causes);

    public static StatusException Invalid(string what, string name, JsonObject details, IReadOnlyList<Cause> causes)
    {
        var texts = causes.Select(c => $"{c.Field}: {c.Message}").ToList();
        var text = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        details["causes"] = Refusal.ToJson(causes);
        return Fail(422, "Invalid", $"{what} \"{name}\" is invalid: {text}", details);
    }

    public static StatusException Fail(int code, string? reason, string message, JsonObject? details)
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = message,
        };
        if (reason is not null)
        {
            status["reason"] = reason;
        }

        if (details is not null)
        {
            status["details"] = details;
        }

        status["code"] = code;
        return new StatusException(code, status);
    }

    /// <summary>What the write functions refused.</summary>
    public static StatusException From(Refusal? refusal) => refusal is null
        ? throw new InvalidOperationException("neither an object nor a refusal")
        : new StatusException(refusal.Code, refusal.ToStatus());

    public static JsonObject Deleted(ResourceKind kind, string name, string uid)
    {
        var details = Details(kind, name);
        details["uid"] = uid;
        return new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Success",
            ["details"] = details,
        };
    }

    public static JsonObject Details(ResourceKind kind, string name) => Refusal.Named(name, kind.Group, kind.Plural);

    private static JsonObject KindDetails(ResourceKind kind, string name) => Refusal.Named(name, kind.Group, kind.Kind);

    private static string Qualified(ResourceKind kind) => kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
}
