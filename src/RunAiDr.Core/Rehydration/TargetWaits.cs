using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Waits for the target, never longer than the operator's limit.</summary>
internal sealed class TargetWaits(IClusterWriter target, RehydrationOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>The live resource, or what is left of it when its deletion does not end in time.</summary>
    public async Task<Reading> UntilNotBeingDeletedAsync(Resource resource, CancellationToken ct)
    {
        var reading = await ReadAsync();
        if (!options.DryRun)
        {
            var started = time.GetTimestamp();
            while (reading.IsBeingDeleted && IsInTime(started))
            {
                await Task.Delay(Pause, time, ct);
                reading = await ReadAsync();
            }
        }

        return reading;

        async Task<Reading> ReadAsync() =>
            new(await target.GetAsync(resource.Kind, resource.Namespace, resource.Name, ct), Refused: false);
    }

    /// <summary>Null once the kinds of a CustomResourceDefinition can be used, otherwise why they cannot.</summary>
    public async Task<string?> UntilServedAsync(Resource definition, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        var state = "has no conditions";
        do
        {
            var live = await target.GetAsync(definition.Kind, null, definition.Name, ct);
            if (Condition(live, "NamesAccepted") is { Status: "False" } clash)
            {
                return $"its names are taken: {clash.Message}";
            }

            if (Condition(live, "Established") is { Status: "True" })
            {
                var served = (await target.DiscoverAsync(ct)).ToHashSet();
                if (TargetKinds.KindsOf(definition.Body).All(served.Contains))
                {
                    return null;
                }

                state = "is established but not in discovery";
            }
            else
            {
                state = "is not established";
            }

            await Task.Delay(Pause, time, ct);
        }
        while (IsInTime(started));

        return $"{state} after {options.WaitLimit}: look at its status";
    }

    private bool IsInTime(long started) => time.GetElapsedTime(started) < options.WaitLimit;

    private static (string? Status, string? Message)? Condition(JsonObject? definition, string type) =>
        definition?.Map("status")?.Maps("conditions")
            .Where(condition => condition.Text("type") == type)
            .Select(condition => ((string?, string?)?)(condition.Text("status"), condition.Text("message")))
            .FirstOrDefault();
}
