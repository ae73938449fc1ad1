using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Storage;
using RunAiDr.Sandbox.Writing;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Pods with numbers, one after the other, each with claims of its own that stay when it goes.</summary>
internal sealed class StatefulSetController(PlayedObjects objects) : IController
{
    private const string StatefulSets = "statefulsets.apps";
    private const string RevisionLabel = "controller-revision-hash";

    public void Reconcile()
    {
        foreach (var stored in objects.All(StatefulSets).Where(stored => !stored.Terminating))
        {
            var body = stored.Read();
            var pods = new PodSet(objects, stored, body);
            Adjust(stored, body, pods);
            Report(stored, body, pods);
            objects.Save(StatefulSets, stored, body);
        }
    }

    private void Adjust(StoredObject stored, JsonObject body, PodSet pods)
    {
        var spec = body.Map("spec") ?? [];
        var (wanted, parallel) = (PlayedObjects.Number(spec, "replicas", 1), spec.Text("podManagementPolicy") == "Parallel");
        foreach (var surplus in pods.Alive.Where(pod => NumberOf(pod) >= wanted))
        {
            pods.End(surplus);
        }

        for (var number = 0; number < wanted; number++)
        {
            var pod = pods.All.Find(found => NumberOf(found) == number);
            if (pod is null)
            {
                Add(stored, body, pods, number);
            }
            else if (!pod.Terminating && pod.Labels?.GetValueOrDefault(RevisionLabel) != Revision(stored, body))
            {
                pods.End(pod);
                return;
            }

            if (!parallel && (pod is null || !PodSet.IsReady(pod)))
            {
                return;
            }
        }
    }

    private void Add(StoredObject stored, JsonObject body, PodSet pods, int number)
    {
        var (name, spec) = ($"{stored.Name.Name}-{number}", body.Map("spec") ?? []);
        var claims = spec.Maps("volumeClaimTemplates").Select(template => (Volume: ObjectMetadata.Of(template).Text("name") ?? "", Template: template)).ToList();
        foreach (var (volume, template) in claims)
        {
            Claim(stored.Name.Namespace, $"{volume}-{name}", template, spec.Map("selector")?.Map("matchLabels"));
        }

        pods.Add(pod =>
        {
            var metadata = ObjectMetadata.Of(pod);
            metadata.Remove("generateName");
            metadata["name"] = name;
            var labels = metadata.Ensure("labels");
            labels["apps.kubernetes.io/pod-index"] = number.ToString(CultureInfo.InvariantCulture);
            labels["statefulset.kubernetes.io/pod-name"] = name;
            labels[RevisionLabel] = Revision(stored, body);
            var podSpec = pod.Ensure("spec");
            podSpec["hostname"] = name;
            podSpec["subdomain"] = spec.Text("serviceName") ?? "";
            var others = podSpec.Maps("volumes").Where(volume => !claims.Exists(claim => claim.Volume == volume.Text("name")));
            podSpec["volumes"] = new JsonArray([.. others.Select(volume => volume.DeepClone()), .. claims.Select(claim => new JsonObject
            {
                ["name"] = claim.Volume,
                ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = $"{claim.Volume}-{name}" },
            })]);
        });
    }

    private void Claim(string @namespace, string name, JsonObject template, JsonObject? labels)
    {
        if (objects.Find(PlayedObjects.Claims, @namespace, name) is not null)
        {
            return;
        }

        var metadata = new JsonObject { ["name"] = name, ["labels"] = ObjectMetadata.Of(template).Map("labels")?.DeepClone() ?? new JsonObject() };
        foreach (var (key, value) in labels ?? [])
        {
            metadata.Ensure("labels")[key] = value?.DeepClone();
        }

        objects.Create(PlayedObjects.Claims, @namespace, new JsonObject { ["metadata"] = metadata, ["spec"] = template["spec"]?.DeepClone() });
    }

    private static void Report(StoredObject stored, JsonObject body, PodSet pods)
    {
        var status = PlayedObjects.Status(body);
        var (revision, wanted) = (Revision(stored, body), PlayedObjects.Number(body.Map("spec"), "replicas", 1));
        var updated = pods.Alive.Count(pod => pod.Labels?.GetValueOrDefault(RevisionLabel) == revision);
        status["observedGeneration"] = ObjectMetadata.Of(body)["generation"]?.DeepClone();
        status["replicas"] = pods.Alive.Count;
        PlayedObjects.Count(status, "readyReplicas", pods.Ready);
        status["availableReplicas"] = pods.Ready;
        PlayedObjects.Count(status, "currentReplicas", updated);
        PlayedObjects.Count(status, "updatedReplicas", updated);
        status["updateRevision"] = revision;
        if (status["currentRevision"] is null || (updated == wanted && pods.Ready == wanted && pods.All.Count == wanted))
        {
            status["currentRevision"] = revision;
        }

        status.Fill("collisionCount", 0);
    }

    private static int NumberOf(StoredObject pod) => int.TryParse(
        pod.Name.Name[(pod.Name.Name.LastIndexOf('-') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string Revision(StoredObject stored, JsonObject body) =>
        $"{stored.Name.Name}-{PodSet.HashOf(body.Map("spec")?.Map("template"))}";
}
