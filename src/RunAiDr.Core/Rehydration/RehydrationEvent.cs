using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Rehydration;

/// <summary>Says on the target what was rehydrated there, as an Event of the marker: <c>kubectl get events -n default</c>.</summary>
public sealed class RehydrationEvent(IClusterWriter target)
{
    private static readonly ResourceKind Kind = new("", "v1", "Event", "events", true);

    /// <summary>A target that does not take it has said enough elsewhere: nothing is thrown.</summary>
    /// <param name="report">What was done.</param>
    /// <param name="startedAt">When.</param>
    /// <param name="equal">Whether the target equals the restore point; null when that was not wanted.</param>
    public async Task TellAsync(RehydrationReport report, DateTimeOffset startedAt, bool? equal)
    {
        var now = startedAt + report.Duration;
        var isGood = report.Outcome == RehydrationOutcome.Complete && equal != false;
        var verified = equal switch { true => ", verified equal", false => ", not proven equal", null => "" };
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject
            {
                ["name"] = string.Create(CultureInfo.InvariantCulture, $"{TargetMarker.NameOf(report.RestorePoint)}.{startedAt.UtcTicks:x}"),
                ["namespace"] = TargetMarker.Namespace,
            },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["name"] = TargetMarker.NameOf(report.RestorePoint),
                ["namespace"] = TargetMarker.Namespace,
            },
            ["type"] = isGood ? "Normal" : "Warning",
            ["reason"] = isGood ? "Rehydrated" : "RehydrationFailed",
            ["message"] = $"Restore point {report.RestorePoint.Abbreviated}: {report.Outcome.ToString().ToLowerInvariant()}{verified}",
            ["source"] = new JsonObject { ["component"] = "runai-dr" },
            ["firstTimestamp"] = Time(startedAt),
            ["lastTimestamp"] = Time(now),
            ["count"] = 1,
        };
        try
        {
            _ = await target.ApplyAsync(new Resource(Kind, body), new ApplyOptions(DryRun: false, Force: false), CancellationToken.None);
        }
        catch (RunAiDrException)
        {
            // See above.
        }
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
