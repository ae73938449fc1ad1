using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Makes a body what its kind allows: unknown fields go, defaults come, mistakes are refused.</summary>
internal static class Conform
{
    /// <summary>The body as the server reads it, complete with defaults.</summary>
    /// <exception cref="StatusException">400: a field of the wrong type, or an unknown one where that is refused.</exception>
    public static JsonObject Decode(ResourceType type, JsonObject body, WriteOptions options)
    {
        var (decoded, unknown) = type.IsCustom ? Custom(type, body) : BuiltIn(type, body);
        var complaints = unknown.Select(path => $"unknown field \"{path}\"").ToList();
        if (complaints.Count > 0 && options.FieldValidation == "Strict")
        {
            throw Statuses.BadRequest($"{Misfit(type)}: strict decoding error: {string.Join(", ", complaints)}");
        }

        options.Warnings.AddRange(complaints);
        return decoded;
    }

    /// <summary>Writes down who changed what.</summary>
    public static void Own(ResourceType type, JsonObject? before, JsonObject after, WriteOptions options, string subresource) =>
        ManagedFields.Update(
            type.Rules, before, after, new FieldOwner(options.Manager, Applies: false, type.Kind.ApiVersion, subresource),
            ObjectMetadata.Timestamp(options.Now));

    private static (JsonObject Body, IReadOnlyList<string> Unknown) Custom(ResourceType type, JsonObject body)
    {
        var outcome = Decoding.Decode(BuiltInTypes.ObjectMeta, type.Kind.Kind, ObjectMetadata.Of(body));
        if (outcome.Error is { } error)
        {
            throw Statuses.BadRequest($"{Misfit(type)}: {error}");
        }

        body["metadata"] = outcome.Body;
        if (type.Schema is not { } schema)
        {
            return (body, outcome.UnknownFields);
        }

        var dropped = StructuralSchema.Prune(schema, body);
        StructuralSchema.Default(schema, body);
        return (body, [.. outcome.UnknownFields.Select(f => $"metadata.{f}"), .. dropped]);
    }

    private static (JsonObject Body, IReadOnlyList<string> Unknown) BuiltIn(ResourceType type, JsonObject body)
    {
        var outcome = Decoding.Decode(type.Rules.Type, type.Kind.Kind, body);
        if (outcome.Error is { } error)
        {
            throw Statuses.BadRequest($"{Misfit(type)}: {error}");
        }

        Defaults.Apply(type.Kind.ApiVersion, type.Kind.Kind, outcome.Body);
        return (outcome.Body, outcome.UnknownFields);
    }

    private static string Misfit(ResourceType type) =>
        $"{type.Kind.Kind} in version \"{type.Kind.Version}\" cannot be handled as a {type.Kind.Kind}";
}
