using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Kinds;

namespace RunAiDr.Sandbox.Writes;

/// <summary>Refuses bodies that are complete but wrong.</summary>
internal static class Validity
{
    public static void Check(ResourceType type, JsonObject? before, JsonObject after)
    {
    }
}
