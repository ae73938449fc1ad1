using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Turns the body of a request into a complete, typed object: numbers, unknown fields, defaults.</summary>
internal static class BodyDecoder
{
    /// <summary>The object, the texts of Warning headers (<c>unknown field "x"</c>), or why the body is refused.</summary>
    public sealed record Decoded(JsonObject Body, IReadOnlyList<string> Warnings, Refusal? Refused);

    public static Decoded Decode(WriteRequest request, JsonObject raw)
    {
        var kind = request.Rules.Kind;
        var body = (JsonObject)raw.DeepClone();
        if (GoNumber.Normalise(body) is { } number && request.Rules.IsCustom)
        {
            return Refuse(kind, $"json: cannot unmarshal number {number} into Go value of type float64");
        }

        if (CheckVersion(request.Rules, body) is { } wrong)
        {
            return new Decoded([], [], wrong);
        }

        var outcome = request.Rules.IsCustom ? Custom(request.Rules, body) : BuiltIn(request.Rules, raw);
        if (outcome.Error is not null)
        {
            return Refuse(kind, outcome.Error);
        }

        // An empty list of managers is an order to forget them all.
        if (raw["metadata"]?["managedFields"] is JsonArray { Count: 0 })
        {
            outcome.Body.Ensure("metadata")["managedFields"] = new JsonArray();
        }

        var warnings = outcome.UnknownFields.Select(field => $"unknown field \"{field}\"").ToList();
        return request.FieldValidation switch
        {
            FieldValidation.Strict when warnings.Count > 0 => Refuse(kind, "strict decoding error: " + string.Join(", ", warnings)),
            FieldValidation.Ignore => new Decoded(outcome.Body, [], null),
            _ => new Decoded(outcome.Body, warnings, null),
        };
    }

    /// <summary>A copy of a stored object as the version of the rules shows it.</summary>
    public static JsonObject AtVersion(KindRules rules, JsonObject live)
    {
        var view = (JsonObject)live.DeepClone();
        view["apiVersion"] = rules.Kind.ApiVersion;
        if (rules.Structural is not null)
        {
            StructuralSchema.Prune(rules.Structural, view);
            StructuralSchema.Default(rules.Structural, view);
        }

        return view;
    }

    /// <summary>The 400 of an apply whose apiVersion or kind is not that of the path.</summary>
    public static Refusal? WrongType(ResourceKind kind, JsonObject config)
    {
        var (version, name) = (config.Text("apiVersion") ?? "", config.Text("kind") ?? "");
        return version == kind.ApiVersion && name == kind.Kind
            ? null
            : Refusal.BadRequest($"invalid object type: {(version.Contains('/', StringComparison.Ordinal) ? version : "/" + version)}, Kind={name}");
    }

    /// <summary>What an apply answers where other writes answer 400.</summary>
    public static Refusal AsApplied(ResourceKind kind, JsonObject config, Refusal refusal)
    {
        var error = refusal.Message[(refusal.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        var version = kind.Group.Length == 0 ? $"/{kind.Version}" : kind.ApiVersion;
        var type = $"{version}, Kind={kind.Kind}";
        return Refusal.Internal($"failed to convert new object ({config["metadata"].Text("namespace")}/{config["metadata"].Text("name")}; {type}) to proper version: "
            + $"unable to convert unstructured object to {type}: error decoding from json: {error}");
    }

    private static Decoding.Outcome BuiltIn(KindRules rules, JsonObject body)
    {
        var outcome = Decoding.Decode(rules.Type, rules.Kind.Kind, body);
        if (outcome.Error is null)
        {
            outcome.Body["apiVersion"] = rules.Kind.ApiVersion;
            outcome.Body["kind"] = rules.Kind.Kind;
            GoNumber.Normalise(outcome.Body);
            Defaults.Apply(rules.Kind.ApiVersion, rules.Kind.Kind, outcome.Body);
        }

        return outcome;
    }

    private static Decoding.Outcome Custom(KindRules rules, JsonObject body)
    {
        var metadata = Decoding.Decode(BuiltInTypes.ObjectMeta, "ObjectMeta", body["metadata"] as JsonObject ?? []);
        if (metadata.Error is not null)
        {
            return metadata;
        }

        body["metadata"] = metadata.Body;
        var unknown = metadata.UnknownFields.Select(field => $"metadata.{field}");
        if (rules.Structural is null)
        {
            return new Decoding.Outcome(body, [.. unknown], null);
        }

        var dropped = StructuralSchema.Prune(rules.Structural, body);
        StructuralSchema.Default(rules.Structural, body);
        return new Decoding.Outcome(body, [.. unknown.Concat(dropped).Order(StringComparer.Ordinal)], null);
    }

    private static Refusal? CheckVersion(KindRules rules, JsonObject body)
    {
        var kind = rules.Kind;
        var (version, name) = (body.Text("apiVersion"), body.Text("kind"));
        if (rules.IsCustom)
        {
            if (name is null)
            {
                return Refusal.BadRequest($"the object provided is unrecognized (must be of type {kind.Kind}): Object 'Kind' is missing");
            }

            return version == kind.ApiVersion && name == kind.Kind ? null : Refusal.BadRequest(
                $"the API version in the data ({version}) does not match the expected API version ({kind.ApiVersion})");
        }

        return (version ?? kind.ApiVersion) == kind.ApiVersion && (name ?? kind.Kind) == kind.Kind ? null : Refusal.BadRequest(
            $"{name} in version \"{version?[(version.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" cannot be handled as a {kind.Kind}: unknown conversion");
    }

    private static Decoded Refuse(ResourceKind kind, string error) =>
        new([], [], Refusal.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {kind.Kind}: {error}"));
}
