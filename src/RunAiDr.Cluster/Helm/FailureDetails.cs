using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>
/// What an operator would look at first when a release does not get ready: warnings, pods, claims. Texts of others go
/// through <paramref name="hide"/>: they may quote values.
/// </summary>
internal sealed class FailureDetails(ClusterClient cluster, Func<string, string> hide)
{
    private const int MostLines = 10; // of each sort
    private const int LongestText = 300;

    private static readonly string[] PassingReasons = ["PodInitializing", "ContainerCreating"];

    private static readonly ResourceKind Event = new("", "v1", "Event", "events", Namespaced: true);
    private static readonly ResourceKind Pod = new("", "v1", "Pod", "pods", Namespaced: true);
    private static readonly ResourceKind Claim =
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", Namespaced: true);

    /// <exception cref="RunAiDrException">The server cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> CollectAsync(IEnumerable<string> namespaces, CancellationToken ct)
    {
        var lines = new List<string>();
        foreach (var ns in namespaces)
        {
            lines.AddRange(await LinesAsync(new(Pod, ns), PodLines, ct));
            lines.AddRange(await LinesAsync(new(Claim, ns), ClaimLines, ct));
            lines.AddRange(await LinesAsync(new(Event, ns), EventLines, ct));
        }

        return lines;
    }

    private async Task<IEnumerable<string>> LinesAsync(
        ListSelection selection, Func<IReadOnlyList<JsonObject>, IEnumerable<string>> describe, CancellationToken ct)
    {
        try
        {
            return [.. describe(await cluster.ListAsync(selection, ct)).Take(MostLines)];
        }
        catch (RunAiDrException refusal) when (refusal.Fault == Fault.ClusterRefused)
        {
            return [$"{selection.Kind.Plural} of namespace {selection.Namespace} may not be read"];
        }
    }

    private IEnumerable<string> PodLines(IReadOnlyList<JsonObject> pods) =>
        from pod in pods
        let status = pod.Map("status") ?? []
        where status.Text("phase") != "Succeeded" && Condition(status, "Ready")?.Text("status") != "True"
        let containers = status.Maps("initContainerStatuses").Concat(status.Maps("containerStatuses"))
        let states = containers.Select(StateOf).OfType<string>()
        let why = Unscheduled(status) is { } unscheduled ? [unscheduled] : states.ToList()
        select $"pod {NameOf(pod)}: {(why.Count > 0 ? string.Join("; ", why) : Said(status.Text("phase")))}";

    private string? Unscheduled(JsonObject status) =>
        Condition(status, "PodScheduled") is { } scheduled && scheduled.Text("status") == "False"
            ? $"{scheduled.Text("reason")}: {Said(scheduled.Text("message"))}"
            : null;

    private string? StateOf(JsonObject container)
    {
        var (state, name) = (container.Map("state") ?? [], container.Text("name"));
        var ended = state.Map("terminated") ?? container.Map("lastState")?.Map("terminated");
        var exit = ended is not null && Workload.Number(ended, "exitCode") is { } code and not 0
            ? $"exit code {code} ({ended.Text("reason")})"
            : null;
        var wait = state.Map("waiting");
        var waiting = wait?.Text("reason") is { } reason && !PassingReasons.Contains(reason, StringComparer.Ordinal)
            ? $"{reason}{(wait.Text("message") is { } message ? $": {Said(message)}" : "")}"
            : null;
        return (waiting, exit) switch
        {
            (null, null) => null,
            (null, _) => $"{name} {exit}",
            (_, null) => $"{name} {waiting}",
            _ => $"{name} {waiting}, {exit}",
        };
    }

    private static IEnumerable<string> ClaimLines(IReadOnlyList<JsonObject> claims) =>
        from claim in claims
        where claim.Map("status")?.Text("phase") == "Pending"
        let storage = claim.Map("spec")?.Text("storageClassName")
        select $"claim {NameOf(claim)}: Pending{(storage is null ? "" : $", storage class {Visible.Text(storage)}")}";

    private IEnumerable<string> EventLines(IReadOnlyList<JsonObject> events) =>
        from warning in events
        where warning.Text("type") == "Warning"
        orderby Newest(warning) descending
        let about = warning.Map("involvedObject") ?? []
        let count = Workload.Number(warning, "count") ?? Workload.Number(warning.Map("series") ?? [], "count") ?? 1
        select $"event {warning.Text("reason")} {about.Text("kind")} {Visible.Text(about.Text("name") ?? "")}"
            + $"{(count > 1 ? $" ({count} times)" : "")}: {Said(warning.Text("message"))}";

    private static string Newest(JsonObject warning) =>
        warning.Map("series")?.Text("lastObservedTime") ?? warning.Text("lastTimestamp") ?? warning.Text("eventTime")
            ?? warning.Map("metadata")?.Text("creationTimestamp") ?? "";

    private static JsonObject? Condition(JsonObject status, string type) =>
        status.Maps("conditions").FirstOrDefault(condition => condition.Text("type") == type);

    private static string NameOf(JsonObject body) => Visible.Text(body.Map("metadata")?.Text("name") ?? "");

    private string Said(string? text)
    {
        var said = Visible.Text(hide(text ?? "").Trim());
        return said.Length > LongestText ? said[..LongestText] + " …" : said;
    }
}
