using System.Text.Json.Nodes;

namespace RunAiDr.Sandbox.Kinds;

/// <summary>A workload as its <c>scale</c> subresource shows it.</summary>
internal static class ScaleView
{
    private static readonly string[] Metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];

    public static JsonObject Of(JsonObject body)
    {
        var metadata = new JsonObject(Metadata.Select(
            field => KeyValuePair.Create(field, body["metadata"]?[field]?.DeepClone())));
        var labels = body["spec"]?["selector"]?["matchLabels"] as JsonObject ?? [];
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = body["spec"]?["replicas"]?.DeepClone() },
            ["status"] = new JsonObject
            {
                ["replicas"] = (long?)body["status"]?["replicas"] ?? 0,
                ["selector"] = string.Join(',', labels.Select(l => $"{l.Key}={l.Value}")),
            },
        };
    }
}
