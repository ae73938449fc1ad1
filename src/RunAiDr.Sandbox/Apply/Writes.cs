using System.Globalization;
using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Apply;

/// <summary>How the request treats unknown fields and duplicate keys.</summary>
internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>What a write is about. <paramref name="Name"/> and <paramref name="Namespace"/> are of the path (null: none);
/// <paramref name="Time"/> is RFC 3339 to the second; <paramref name="Uid"/> is for an object that is created.</summary>
internal sealed record WriteRequest(KindRules Rules, string? Namespace, string? Name, string Manager, string Time, string Uid)
{
    /// <summary><c>status</c> or empty.</summary>
    public string Subresource { get; init; } = "";

    public bool Force { get; init; }

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;
}

/// <summary>The object to store and answer, or why not. <paramref name="Body"/> has the resourceVersion of the live object (none
/// when <paramref name="Created"/>); the caller gives it a new one exactly when <paramref name="Changed"/>.</summary>
internal sealed record WriteOutcome(JsonObject? Body, bool Created, bool Changed, IReadOnlyList<string> Warnings, Refusal? Refused)
{
    public static implicit operator WriteOutcome(Refusal refusal) => new(null, false, false, [], refusal);
}

/// <summary>The media types of patches.</summary>
internal enum PatchKind
{
    Json,
    Merge,
    Strategic,
}

/// <summary>Decides what a write does to one object: decoding, defaults, ownership, immutable fields, validation, generation.
/// The caller looks after existence, namespaces, rights, options, allocation and storing. No argument is changed.</summary>
internal static class Writes
{
    /// <summary>POST, and a PUT that creates.</summary>
    public static WriteOutcome Create(WriteRequest request, JsonObject body)
    {
        if (body["metadata"].Text("resourceVersion") is { Length: > 0 } && request.Name is null)
        {
            return Refusal.Internal("resourceVersion should not be set on objects to be created");
        }

        var decoded = BodyDecoder.Decode(request, body);
        if (decoded.Refused is not null)
        {
            return decoded.Refused;
        }

        var created = decoded.Body;
        if (Mismatch(request, created) is { } mismatch)
        {
            return mismatch;
        }

        created.Ensure("metadata").Remove("deletionTimestamp");
        created.Ensure("metadata").Remove("deletionGracePeriodSeconds");
        ManagedFields.Update(request.Rules, null, created, Owner(request, applies: false), request.Time);
        return Finish(request, null, created, decoded.Warnings);
    }

    /// <summary>PUT of an existing object.</summary>
    public static WriteOutcome Replace(WriteRequest request, JsonObject live, JsonObject body)
    {
        var decoded = BodyDecoder.Decode(request, body);
        if (decoded.Refused is not null)
        {
            return decoded.Refused;
        }

        var metadata = decoded.Body.Map("metadata");
        var version = metadata.Text("resourceVersion");
        if (version is null && (request.Rules.IsCustom || request.Rules.Kind.Kind == "Lease"))
        {
            var cause = new Cause("FieldValueInvalid", "Invalid value: 0: must be specified for an update", "metadata.resourceVersion");
            return Refusal.InvalidInStorage(request.Rules.Kind, request.Name ?? "", cause);
        }

        if (version is not null && !ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            return Refusal.Internal($"strconv.ParseUint: parsing \"{version}\": invalid syntax");
        }

        if (metadata.Text("uid") is { } uid && uid != live["metadata"].Text("uid"))
        {
            var key = $"/registry/{request.Rules.Kind.Plural}/{(request.Namespace is null ? "" : request.Namespace + "/")}{request.Name}";
            return Refusal.Conflict(request.Rules.Kind, request.Name ?? "", $"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, "
                + $"AdditionalErrorMsg: Precondition failed: UID in precondition: {uid}, UID in object meta: {live["metadata"].Text("uid")}");
        }

        return Update(request, live, decoded);
    }

    /// <summary>PATCH other than apply.</summary>
    public static WriteOutcome Patch(WriteRequest request, JsonObject live, PatchKind kind, JsonNode? patch)
    {
        var view = BodyDecoder.AtVersion(request.Rules, live);
        var (patched, refused) = kind switch
        {
            PatchKind.Json => JsonPatch.Patch(view, patch),
            PatchKind.Merge when patch is JsonObject change => (MergePatch.Patch(view, change), null),
            PatchKind.Strategic when patch is JsonObject change => (StrategicPatch.Patch(request.Rules.Type, view, change), null),
            _ => ((JsonObject?)null, Refusal.BadRequest("error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}")),
        };
        if (patched is null)
        {
            return refused!;
        }

        var decoded = BodyDecoder.Decode(request, patched);
        return decoded.Refused ?? UidChange(request, live, decoded.Body) ?? Update(request, live, decoded);
    }

    /// <summary>Server-side apply; <paramref name="live"/> is null when the object is missing.</summary>
    public static WriteOutcome Apply(WriteRequest request, JsonObject? live, JsonObject config)
    {
        var kind = request.Rules.Kind;
        if (BodyDecoder.WrongType(kind, config) is { } wrong)
        {
            return wrong;
        }

        config = (JsonObject)config.DeepClone();
        if (Schemas.GoNumber.Normalise(config) is { } number)
        {
            return Refusal.BadRequest($"error decoding YAML: json: cannot unmarshal number {number} into Go value of type float64");
        }

        var view = live is null ? null : BodyDecoder.AtVersion(request.Rules, live);
        var applied = ServerSideApply.Apply(request.Rules, view, config, Owner(request, applies: true), request.Force, request.Time);
        if (applied.Body is null)
        {
            return applied.Refused!;
        }

        var decoded = BodyDecoder.Decode(request, applied.Body);
        if (decoded.Refused is not null)
        {
            return BodyDecoder.AsApplied(kind, config, decoded.Refused);
        }

        return live is null ? CreateApplied(request, config, decoded) : UidChange(request, live, decoded.Body) ?? Settle(request, live, decoded);
    }

    private static WriteOutcome CreateApplied(WriteRequest request, JsonObject config, BodyDecoder.Decoded decoded)
    {
        if (config["metadata"].Text("name") is null or "")
        {
            return Refusal.BadRequest($"the name of the object ({request.Name} based on URL) was undeterminable: name must be provided");
        }

        if (Mismatch(request, decoded.Body) is { } mismatch)
        {
            return mismatch;
        }

        if (config["metadata"].Text("uid") is { Length: > 0 } uid)
        {
            return Refusal.Conflict(request.Rules.Kind, request.Name ?? "", $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        }

        return Finish(request, null, decoded.Body, decoded.Warnings);
    }

    private static WriteOutcome Update(WriteRequest request, JsonObject live, BodyDecoder.Decoded decoded)
    {
        ManagedFields.Update(request.Rules, BodyDecoder.AtVersion(request.Rules, live), decoded.Body, Owner(request, applies: false), request.Time);
        return Settle(request, live, decoded);
    }

    private static WriteOutcome Settle(WriteRequest request, JsonObject live, BodyDecoder.Decoded decoded)
    {
        if (Mismatch(request, decoded.Body) is { } mismatch)
        {
            return mismatch;
        }

        var version = decoded.Body["metadata"].Text("resourceVersion");
        if (version is not (null or "0") && version != live["metadata"].Text("resourceVersion"))
        {
            return Refusal.Conflict(request.Rules.Kind, request.Name ?? "", "the object has been modified; please apply your changes to the latest version and try again");
        }

        return Finish(request, live, decoded.Body, decoded.Warnings);
    }

    private static WriteOutcome Finish(WriteRequest request, JsonObject? live, JsonObject body, IReadOnlyList<string> warnings)
    {
        var rules = request.Rules;
        var old = live is null ? null : BodyDecoder.AtVersion(rules, live);
        if (old is null)
        {
            Preparation.ForCreate(rules, body, request.Uid, request.Time);
        }
        else
        {
            Preparation.ForUpdate(rules, old, body, request.Subresource);
        }

        var causes = Validation.Validate(rules, old, body);
        if (causes.Count > 0)
        {
            return Refusal.Invalid(rules.Kind, body["metadata"].Text("name") ?? "", causes);
        }

        var same = old is not null && JsonNode.DeepEquals(Timeless(old), Timeless(body));
        return new WriteOutcome(same ? old : body, live is null, !same, warnings, null);
    }

    private static Refusal? Mismatch(WriteRequest request, JsonObject body)
    {
        var metadata = body.Ensure("metadata");
        if (request.Namespace is not null)
        {
            if (metadata.Text("namespace") is { Length: > 0 } other && other != request.Namespace)
            {
                return Refusal.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            }

            metadata["namespace"] = request.Namespace;
        }

        return request.Name is not null && metadata.Text("name") != request.Name
            ? Refusal.BadRequest($"the name of the object ({metadata.Text("name")}) does not match the name on the URL ({request.Name})")
            : null;
    }

    private static WriteOutcome? UidChange(WriteRequest request, JsonObject live, JsonObject body)
    {
        if (body["metadata"].Text("uid") is not { } uid || uid == live["metadata"].Text("uid"))
        {
            return null;
        }

        // The server says it twice.
        var cause = new Cause("FieldValueInvalid", $"Invalid value: \"{uid}\": field is immutable", "metadata.uid");
        return Refusal.Invalid(request.Rules.Kind, request.Name ?? "", [cause, cause]);
    }

    private static FieldOwner Owner(WriteRequest request, bool applies) =>
        new(request.Manager, applies, request.Rules.Kind.ApiVersion, request.Subresource);

    private static JsonObject Timeless(JsonObject body)
    {
        var copy = (JsonObject)body.DeepClone();
        foreach (var entry in copy["metadata"].Items("managedFields"))
        {
            entry.Remove("time");
        }

        return copy;
    }
}
