using Microsoft.AspNetCore.Http;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Http;
using RunAiDr.Sandbox.Kinds;
using RunAiDr.Sandbox.Security;

namespace RunAiDr.Sandbox.Writing;

/// <summary>The options of a write.</summary>
internal sealed record WriteOptions(SandboxUser User, DateTimeOffset Now)
{
    public bool DryRun { get; init; }

    public bool Force { get; init; }

    /// <summary>As given; an apply must give one.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>The one that managedFields names: as given, or the program that the client says it is.</summary>
    public string Manager { get; init; } = "";

    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    public static WriteOptions Read(HttpRequest request, SandboxUser user, DateTimeOffset now)
    {
        var manager = (string?)request.Query["fieldManager"] ?? "";
        var validation = (string?)request.Query["fieldValidation"] ?? "";
        if (validation is not ("" or "Strict" or "Warn" or "Ignore"))
        {
            throw Unsupported("fieldValidation", $"\"{validation}\"", "\"\", \"Ignore\", \"Strict\", \"Warn\"");
        }

        return new WriteOptions(user, now)
        {
            DryRun = IsDryRun([.. request.Query["dryRun"].Select(v => v ?? "")]),
            Force = request.Query.TryGetValue("force", out var force) && (string?)force is not ("false" or "0"),
            FieldManager = manager,
            Manager = manager.Length > 0 ? manager : ((string?)request.Headers.UserAgent ?? "unknown").Split('/')[0],
            FieldValidation = validation.Length > 0 ? Enum.Parse<FieldValidation>(validation) : FieldValidation.Warn,
        };
    }

    /// <summary>As the write functions want it.</summary>
    public WriteRequest Request(ResourceRequest request, ResourceType type) => new(
        type.Rules, type.Kind.Namespaced ? request.Namespace : null, request.Name.Length > 0 ? request.Name : null, Manager,
        ObjectMetadata.Timestamp(Now), ObjectMetadata.NewUid())
    {
        Subresource = request.Subresource,
        Force = Force,
        FieldValidation = FieldValidation,
    };

    /// <summary>Only an apply can be forced.</summary>
    public void CheckPatch()
    {
        if (Force)
        {
            throw Statuses.InvalidOptions("PatchOptions", new Cause("FieldValueForbidden", "Forbidden: may not be specified for non-apply patch", "force"));
        }
    }

    /// <summary>An apply needs a manager's name that can be kept.</summary>
    public void CheckApply()
    {
        var cause = FieldManager.Length == 0
            ? new Cause("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")
            : FieldManager.Length > 128 ? new Cause("FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager")
            : FieldManager.Index().FirstOrDefault(c => char.IsControl(c.Item)) is { Item: not '\0' } bad
                ? new Cause("FieldValueInvalid",
                    $"Invalid value: {System.Text.Json.JsonSerializer.Serialize(FieldManager)}: invalid character U+{(int)bad.Item:X4} (at position {bad.Index})",
                    "fieldManager")
                : null;
        if (cause is not null)
        {
            throw Statuses.InvalidOptions("PatchOptions", cause);
        }
    }

    public static bool IsDryRun(IReadOnlyList<string> values)
    {
        var asked = values.Where(v => v.Length > 0).ToList();
        return asked.Count == 0 || asked.TrueForAll(v => v == "All") ? asked.Count > 0 : throw Unsupported("dryRun", $"[\"{asked[0]}\"]", "\"All\"");
    }

    private static StatusException Unsupported(string field, string value, string supported) => Statuses.InvalidOptions(
        "PatchOptions", new Cause("FieldValueNotSupported", $"Unsupported value: {value}: supported values: {supported}", field));
}
