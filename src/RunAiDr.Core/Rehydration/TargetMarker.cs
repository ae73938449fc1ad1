using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// A ConfigMap on the target that says which restore point it is being rehydrated from, written before anything else.
/// Resources that are younger came from this rehydration or a chart it installed, so that a run which was killed knows,
/// when it is repeated, what it may change.
/// </summary>
/// <param name="RestorePoint">Commit of the restore point.</param>
/// <param name="Cluster">Name of the cluster that it is of.</param>
/// <param name="Since">When the server created the marker.</param>
/// <param name="State"><c>running</c>, or how the last run ended.</param>
internal sealed record TargetMarker(string RestorePoint, string? Cluster, DateTimeOffset Since, string? State)
{
    public const string Namespace = "default";
    public const string Name = "runai-dr-rehydration";

    public static readonly ResourceKind Kind = new("", "v1", "ConfigMap", "configmaps", true);

    /// <summary>The rehydration has ended with everything in place: from here on the target is somebody's.</summary>
    public bool IsFinished => State == StateOf(RehydrationOutcome.Complete);

    /// <summary>The marker of the target, null when there is none or it may not be read.</summary>
    public static async Task<TargetMarker?> ReadAsync(IClusterWriter target, CancellationToken ct)
    {
        try
        {
            return await target.GetAsync(Kind, Namespace, Name, ct) is { } live ? Of(live) : null;
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            return null;
        }
    }

    /// <summary>Writes it, unless it is there already, and gives it as the server has it.</summary>
    /// <exception cref="RunAiDrException">The server refuses.</exception>
    public static async Task<TargetMarker> BeginAsync(IClusterWriter target, CommitId restorePoint, string? cluster) =>
        await ReadAsync(target, CancellationToken.None) is { } there && there.RestorePoint == restorePoint.Sha
            ? there
            : await WriteAsync(target, restorePoint, cluster, "running");

    /// <summary>Says how the run ended.</summary>
    /// <exception cref="RunAiDrException">The server refuses.</exception>
    public Task EndAsync(IClusterWriter target, RehydrationOutcome outcome) =>
        StateOf(outcome) == State ? Task.CompletedTask : WriteAsync(target, new CommitId(RestorePoint), Cluster, StateOf(outcome));

    private static async Task<TargetMarker> WriteAsync(IClusterWriter target, CommitId restorePoint, string? cluster, string state)
    {
        var data = new JsonObject { ["restorePoint"] = restorePoint.Sha, ["cluster"] = cluster, ["state"] = state };
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject
            {
                ["name"] = Name,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "runai-dr" },
            },
            ["data"] = data,
        };

        // Written also when the operator has just pressed Ctrl-C: it tells the next run where this one stopped.
        var result = await target.ApplyAsync(new Resource(Kind, body), new ApplyOptions(DryRun: false, Force: true), CancellationToken.None);
        if (result.Action is ApplyAction.Failed or ApplyAction.Conflict)
        {
            throw new RunAiDrException(
                Fault.ClusterRefused,
                $"ConfigMap {Namespace}/{Name} of the target cannot be written: {result.Reason}",
                "It marks the target as being rehydrated; grant the right to write it.");
        }

        return await ReadAsync(target, CancellationToken.None)
            ?? new TargetMarker(restorePoint.Sha, cluster, DateTimeOffset.MaxValue, state);
    }

    private static string StateOf(RehydrationOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static TargetMarker? Of(JsonObject live)
    {
        var data = live.Map("data");
        return data?.Text("restorePoint") is { } restorePoint
            && DateTimeOffset.TryParse(live.Map("metadata")?.Text("creationTimestamp"), CultureInfo.InvariantCulture, out var since)
            ? new TargetMarker(restorePoint, data.Text("cluster"), since, data.Text("state"))
            : null;
    }
}
