using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Sandbox.Controllers.Workloads;

/// <summary>Writes what the kubelet says of the containers of a pod.</summary>
internal sealed class PodContainers(JsonObject pod, string now)
{
    private readonly JsonObject _status = pod.Ensure("status");
    private readonly List<JsonObject> _specs = [.. (pod.Map("spec") ?? []).Maps("containers")];

    public string Name => _specs.FirstOrDefault()?.Text("name") ?? "";

    public string Image => _specs.FirstOrDefault()?.Text("image") ?? "";

    public bool RunOnce => pod.Map("spec")?.Text("restartPolicy") == "Never";

    public void Wait(string phase, string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
        {
            waiting["message"] = message;
        }

        Say(phase, new JsonObject { ["waiting"] = waiting }, ready: false, restarts: 0);
    }

    public void Run(bool ready) => Say("Running", new JsonObject { ["running"] = new JsonObject { ["startedAt"] = StartedAt() } }, ready, 0);

    public void Crash(string name)
    {
        var message = $"back-off 40s restarting failed container={Name} pod={name}";
        Say("Running", new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = message } }, ready: false, 3);
        foreach (var container in _status.Maps("containerStatuses"))
        {
            container["lastState"] = Ended("Error", 1);
        }
    }

    public void End(string phase, string reason, int exitCode) => Say(phase, Ended(reason, exitCode), ready: false, restarts: 0);

    private JsonObject Ended(string reason, int exitCode) => new()
    {
        ["terminated"] = new JsonObject { ["exitCode"] = exitCode, ["reason"] = reason, ["startedAt"] = StartedAt(), ["finishedAt"] = StartedAt() },
    };

    private string StartedAt() => _status.Text("startTime") ?? now;

    private void Say(string phase, JsonObject state, bool ready, int restarts)
    {
        _status["phase"] = phase;
        _status["containerStatuses"] = new JsonArray([.. _specs.Select(container => new JsonObject
        {
            ["name"] = container.Text("name"),
            ["state"] = state.DeepClone(),
            ["lastState"] = new JsonObject(),
            ["ready"] = ready,
            ["restartCount"] = restarts,
            ["image"] = container.Text("image"),
            ["imageID"] = "",
            ["started"] = state.ContainsKey("running"),
        })]);
        var done = phase == "Succeeded";
        var reason = done ? "PodCompleted" : ready ? null : "ContainersNotReady";
        var message = ready || done ? null : $"containers with unready status: [{string.Join(' ', _specs.Select(c => c.Text("name")))}]";
        Conditions.Set(_status, new("ContainersReady", ready, reason, message), now);
        Conditions.Set(_status, new("Ready", ready, reason, message), now);
    }
}
