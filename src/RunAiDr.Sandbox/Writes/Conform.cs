using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Makes a body what its kind allows: unknown fields go, defaults come, mistakes are refused.</summary>
internal static class Conform
{
    public static void Normalise(ResourceType type, JsonObject body, WriteOptions options)
    {
        if (type.IsCustom)
        {
            options.Warnings.AddRange(StructuralSchema.PruneAndDefault(type, body).Select(path => $"unknown field \"{path}\""));
        }
    }

    public static void Validate(ResourceType type, JsonObject? before, JsonObject after)
    {
    }

    public static void Own(ResourceType type, JsonObject? before, JsonObject after, WriteOptions options, string subresource)
    {
    }

    /// <summary>Notes that a controller owns the rules of a ClusterRole, as its apply would.</summary>
    public static void OwnRules(JsonObject body, string manager, DateTimeOffset now)
    {
    }
}
