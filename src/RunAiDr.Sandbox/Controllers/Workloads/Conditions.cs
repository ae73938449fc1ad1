using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>One condition of a status.</summary>
internal sealed record Condition(string Type, bool Holds, string? Reason = null, string? Message = null);

/// <summary>Writes conditions as controllers do: the time of a transition stays until the next one.</summary>
internal static class Conditions
{
    public static void Set(JsonObject status, Condition condition, string now)
    {
        if (status["conditions"] is not JsonArray all)
        {
            status["conditions"] = all = [];
        }

        var found = all.OfType<JsonObject>().FirstOrDefault(one => one.Text("type") == condition.Type);
        var value = condition.Holds ? "True" : "False";
        if (found is null)
        {
            all.Add((JsonNode)(found = new JsonObject { ["type"] = condition.Type }));
        }

        if (found.Text("status") != value)
        {
            found["status"] = value;
            found["lastTransitionTime"] = now;
        }

        SetText(found, "reason", condition.Reason);
        SetText(found, "message", condition.Message);
    }

    public static bool Holds(JsonObject? status, string type) =>
        status?.Maps("conditions").Any(one => one.Text("type") == type && one.Text("status") == "True") == true;

    private static void SetText(JsonObject condition, string field, string? value)
    {
        if (value is null)
        {
            condition.Remove(field);
            return;
        }

        condition[field] = value;
    }
}
