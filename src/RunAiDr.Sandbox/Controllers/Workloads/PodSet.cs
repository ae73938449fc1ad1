using System.Security.Cryptography;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>The pods of one owner: which there are, making more of them, ending some.</summary>
internal sealed class PodSet(PlayedObjects objects, StoredObject owner, JsonObject body)
{
    /// <summary>Those that nobody ends.</summary>
    public List<StoredObject> Alive { get; } = objects.OwnedBy(owner, PlayedObjects.Pods).FindAll(pod => !pod.Terminating);

    /// <summary>Those that are there, also while they end.</summary>
    public List<StoredObject> All { get; } = objects.OwnedBy(owner, PlayedObjects.Pods);

    public int Ready => Alive.Count(IsReady);

    public static bool IsReady(StoredObject pod) => Conditions.Holds(pod.Read().Map("status"), "Ready");

    public static string? PhaseOf(StoredObject pod) => pod.Read().Map("status")?.Text("phase");

    /// <summary>A short name of a pod template, the same for the same template.</summary>
    public static string HashOf(JsonObject? template) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonText.Write(template ?? [], sorted: true)))[..10];

    /// <summary>Makes a pod of the owner's template; <paramref name="adjust"/> may change it.</summary>
    public void Add(Action<JsonObject> adjust)
    {
        var template = body.Map("spec")?.Map("template") ?? [];
        var pod = (JsonObject)template.DeepClone();
        var metadata = pod.Ensure("metadata");
        foreach (var field in metadata.Select(pair => pair.Key).Except(["labels", "annotations"], StringComparer.Ordinal).ToList())
        {
            metadata.Remove(field);
        }

        metadata["generateName"] = $"{owner.Name.Name}-";
        metadata["ownerReferences"] = PlayedObjects.OwnerReferences(owner, body);
        adjust(pod);
        objects.Create(PlayedObjects.Pods, owner.Name.Namespace, pod);
    }

    /// <summary>Asks a pod to end; it is gone a moment later.</summary>
    public void End(StoredObject pod)
    {
        var ending = pod.Read();
        var metadata = ObjectMetadata.Of(ending);
        metadata["deletionTimestamp"] = objects.Time;
        metadata["deletionGracePeriodSeconds"] = 30;
        objects.Save(PlayedObjects.Pods, pod, ending);
    }
}
