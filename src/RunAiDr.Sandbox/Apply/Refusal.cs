using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Sandbox.Apply;

/// <summary>One entry of <c>details.causes</c>.</summary>
internal sealed record Cause(string Reason, string Message, string Field);

/// <summary>A write that the API server refuses: everything of its Status object. <paramref name="Details"/> null means
/// that the Status has none; a 500 for a mistake of the client has no reason.</summary>
internal sealed record Refusal(int Code, string? Reason, string Message, JsonObject? Details = null)
{
    public static Refusal BadRequest(string message) => new(400, "BadRequest", message);

    /// <summary>What the server answers to some mistakes of the client.</summary>
    public static Refusal Internal(string message) => new(500, null, message);

    public static Refusal Conflict(ResourceKind kind, string name, string why) => new(
        409, "Conflict", $"Operation cannot be fulfilled on {kind.QualifiedName} \"{name}\": {why}", Named(name, kind.Group, kind.Plural));

    /// <summary>422 of the registry: details name the Kind.</summary>
    public static Refusal Invalid(ResourceKind kind, string name, IReadOnlyList<Cause> causes) =>
        InvalidAs(kind.Group, kind.Kind, name, causes);

    /// <summary>422 of the storage layer: details name the plural.</summary>
    public static Refusal InvalidInStorage(ResourceKind kind, string name, Cause cause) =>
        InvalidAs(kind.Group, kind.Plural, name, [cause]);

    public static Refusal InvalidAs(string group, string kind, string name, IReadOnlyList<Cause> causes)
    {
        var texts = causes.Select(cause => $"{cause.Field}: {cause.Message}").Distinct(StringComparer.Ordinal).ToList();
        var list = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var details = Named(name, group, kind);
        details["causes"] = ToJson(causes);
        return new Refusal(422, "Invalid", $"{qualified} \"{name}\" is invalid: {list}", details);
    }

    public static JsonArray ToJson(IEnumerable<Cause> causes) => new([.. causes.Select(cause => (JsonNode)new JsonObject
    {
        ["reason"] = cause.Reason,
        ["message"] = cause.Message,
        ["field"] = cause.Field,
    })]);

    /// <summary>The Status object of the answer.</summary>
    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason is not null)
        {
            status["reason"] = Reason;
        }

        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }

    /// <summary>The <c>details</c> of a Status about one resource; the server leaves an empty name or group out.</summary>
    public static JsonObject Named(string name, string group, string kind)
    {
        var details = new JsonObject();
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        details["kind"] = kind;
        return details;
    }
}
