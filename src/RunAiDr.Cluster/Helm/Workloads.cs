using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>Scales the workloads of a release down and up again; each keeps how many replicas it had.</summary>
/// <param name="cluster">The target.</param>
/// <param name="clock">What limits and pauses are measured with.</param>
public sealed class Workloads(ClusterClient cluster, TimeProvider clock) : IWorkloads
{
    private const string Kept = "runai-dr/replicas";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly ResourceKind[] Kinds = [Workload.Deployment, Workload.StatefulSet];

    /// <summary>How long pods may take to end.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> PauseAsync(
        string @namespace, string release, IReadOnlyCollection<string> kept, CancellationToken ct)
    {
        var stopped = new List<Workload>();
        foreach (var workload in await new ReleaseWorkloads(cluster, @namespace, release).ListAsync(Kinds, ct))
        {
            if (!kept.Contains(workload.Name)
                && await ScaledAsync(workload, PausePatch, ct) is { } now && KeptAt(now) is not null)
            {
                stopped.Add(now);
            }
        }

        await UntilEndedAsync(stopped, ct);
        return [.. stopped.Select(workload => workload.Name).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(string @namespace, string release, CancellationToken ct)
    {
        foreach (var workload in await new ReleaseWorkloads(cluster, @namespace, release).ListAsync(Kinds, ct))
        {
            _ = await ScaledAsync(workload, ResumePatch, ct);
        }
    }

    // Number and annotation change in one patch, so there is no moment at which only one of them is true. A
    // HorizontalPodAutoscaler does not interfere: it is switched off while its target has 0 replicas.
    private static JsonObject? PausePatch(Workload workload) => workload.Replicas == 0 ? null : new JsonObject
    {
        ["metadata"] = Metadata(workload, workload.Replicas.ToString(CultureInfo.InvariantCulture)),
        ["spec"] = new JsonObject { ["replicas"] = 0 },
    };

    private static JsonObject? ResumePatch(Workload workload) => KeptAt(workload) switch
    {
        null => null,
        // Somebody has scaled it up since: that is what they want.
        _ when workload.Replicas > 0 => new JsonObject { ["metadata"] = Metadata(workload, null) },
        var replicas => new JsonObject
        {
            ["metadata"] = Metadata(workload, null),
            ["spec"] = new JsonObject { ["replicas"] = replicas },
        },
    };

    private static JsonObject Metadata(Workload workload, string? replicas) => new()
    {
        ["resourceVersion"] = workload.Metadata.Text("resourceVersion"),
        ["annotations"] = new JsonObject { [Kept] = replicas },
    };

    private static int? KeptAt(Workload workload)
    {
        var kept = workload.Metadata.Map("annotations")?.Text(Kept);
        return int.TryParse(kept, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Patches until nobody else has changed it meanwhile; null when it is gone.</summary>
    private async Task<Workload?> ScaledAsync(Workload workload, Func<Workload, JsonObject?> patchOf, CancellationToken ct)
    {
        while (true)
        {
            if (patchOf(workload) is not { } patch)
            {
                return workload;
            }

            if (await cluster.TryPatchAsync(workload.Kind, workload.Namespace, workload.Name, patch, ct) is { } patched)
            {
                return workload with { Body = patched };
            }

            if (await cluster.GetAsync(workload.Kind, workload.Namespace, workload.Name, ct) is not { } current)
            {
                return null;
            }

            workload = workload with { Body = current };
        }
    }

    private async Task UntilEndedAsync(IReadOnlyList<Workload> stopped, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        foreach (var workload in stopped)
        {
            while (await RunningAsync(workload, ct) is { Length: > 0 } running)
            {
                if (clock.GetElapsedTime(began) >= Limit)
                {
                    throw new RunAiDrException(
                        Fault.NeedsOperator,
                        $"{workload.Kind.Kind} {workload.Namespace}/{workload.Name} was scaled to 0, but after "
                            + string.Create(CultureInfo.InvariantCulture, $"{Limit.TotalSeconds:0} s")
                            + $" there still is: {string.Join(", ", running.Take(5))}.",
                        "See why these pods do not end, or who scales them up again, then run this once more.");
                }

                await Task.Delay(Pause, clock, ct);
            }
        }
    }

    /// <summary>Pods that have not ended: a Deployment counts those no more that are only asked to.</summary>
    private async Task<string[]> RunningAsync(Workload workload, CancellationToken ct)
    {
        var pods = await cluster.PodsAsync(workload.Namespace, Selector(workload), ct);
        string[] running =
        [
            .. from pod in pods
               where pod.Map("status")?.Text("phase") is not ("Succeeded" or "Failed") && workload.HasPod(pod)
               select $"pod {pod.Map("metadata")?.Text("name")}",
        ];
        if (running.Length > 0)
        {
            return running;
        }

        // No pods may also mean that the controller has not made the ones it was asked for before.
        var now = await cluster.GetAsync(workload.Kind, workload.Namespace, workload.Name, ct);
        var state = now is null ? null : workload with { Body = now };
        return state is null || (state.IsObserved && (Workload.Number(state.Status, "replicas") ?? 0) == 0)
            ? []
            : ["a controller that has not seen it yet"];
    }

    private static string Selector(Workload workload)
    {
        var selector = workload.Spec.Map("selector") ?? [];
        var labels = selector.Map("matchLabels") ?? [];
        return string.Join(',', labels.Select(label => $"{label.Key}={label.Value.AsText()}"));
    }
}
