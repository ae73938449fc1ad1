using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Sandbox.Controllers.Volumes;

/// <summary>Says which volumes are free, and lets go or deletes those whose claim is gone.</summary>
internal sealed class VolumePhases(PlayedObjects objects, SandboxSnapshots driver, SnapshotStorage storage) : IController
{
    public void Reconcile()
    {
        foreach (var volume in objects.All(PlayedObjects.Volumes).Where(volume => !volume.Terminating))
        {
            var body = volume.Read();
            var (spec, reference) = (body.Map("spec") ?? [], body.Map("spec")?.Map("claimRef"));
            var held = reference is not null && !string.IsNullOrEmpty(reference.Text("uid"));
            if (held && objects.Find(PlayedObjects.Claims, reference?.Text("namespace") ?? "", reference?.Text("name") ?? "")?.Uid == reference?.Text("uid"))
            {
                continue;
            }

            var phase = held ? "Released" : "Available";
            if (held && spec.Text("persistentVolumeReclaimPolicy") == "Delete" && spec.Map("csi")?.Text("driver") == driver.Driver)
            {
                storage.RemoveVolume(spec.Map("csi")?.Text("volumeHandle") ?? "");
                objects.Remove(PlayedObjects.Volumes, volume);
                continue;
            }

            if (PlayedObjects.Status(body).Text("phase") != phase)
            {
                body.Ensure("status")["phase"] = phase;
                body.Ensure("status")["lastPhaseTransitionTime"] = objects.Time;
                objects.Save(PlayedObjects.Volumes, volume, body);
            }
        }
    }
}
