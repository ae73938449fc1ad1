using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// A ConfigMap on the target, one per restore point, written before anything else and after each phase. It tells a run that
/// is repeated what is this rehydration's own: what is younger than the marker, in phases that are not done yet.
/// </summary>
/// <param name="RestorePoint">Commit of the restore point.</param>
/// <param name="Cluster">Name of the cluster that it is of.</param>
/// <param name="Since">When the server created the marker.</param>
/// <param name="Done">Phases that ended without a failure: from then on what is theirs is somebody's.</param>
/// <param name="InstallsControlPlane">There was no control plane when this rehydration came to install it, and so no data of anybody.</param>
internal sealed record TargetMarker(
    CommitId RestorePoint, string? Cluster, DateTimeOffset Since, IReadOnlySet<RestorePhase> Done, bool InstallsControlPlane)
{
    public const string Namespace = "default";
    public const string Prefix = "runai-dr-rehydration-";

    public static readonly ResourceKind Kind = new("", "v1", "ConfigMap", "configmaps", true);

    private const string Yes = "true";

    /// <summary>Name of the marker of a restore point.</summary>
    public static string NameOf(CommitId restorePoint) => Prefix + restorePoint.Sha[..12];

    /// <summary>The marker of a restore point, null when there is none or it may not be read.</summary>
    public static async Task<TargetMarker?> ReadAsync(IClusterWriter target, CommitId restorePoint, CancellationToken ct)
    {
        try
        {
            return await target.GetAsync(Kind, Namespace, NameOf(restorePoint), ct) is { } live ? Of(live, restorePoint) : null;
        }
        catch (RunAiDrException refused) when (refused.Fault == Fault.ClusterRefused)
        {
            return null;
        }
    }

    /// <summary>Writes it, unless it is there already, and gives it as the server has it.</summary>
    /// <exception cref="RunAiDrException">The server refuses.</exception>
    public static async Task<TargetMarker> BeginAsync(
        IClusterWriter target, CommitId restorePoint, string? cluster, bool installsControlPlane)
    {
        var there = await ReadAsync(target, restorePoint, CancellationToken.None);
        if (there is not null && (there.InstallsControlPlane || !installsControlPlane))
        {
            return there;
        }

        var first = there is null
            ? new TargetMarker(restorePoint, cluster, DateTimeOffset.MaxValue, new HashSet<RestorePhase>(), installsControlPlane)
            : there with { InstallsControlPlane = true };
        await first.WriteAsync(target);
        return await ReadAsync(target, restorePoint, CancellationToken.None) ?? first;
    }

    /// <summary>Notes that a phase is done.</summary>
    /// <exception cref="RunAiDrException">The server refuses.</exception>
    public async Task<TargetMarker> DoneAsync(IClusterWriter target, RestorePhase phase)
    {
        if (Done.Contains(phase))
        {
            return this;
        }

        var next = this with { Done = new HashSet<RestorePhase>(Done) { phase } };
        await next.WriteAsync(target);
        return next;
    }

    // Written also when the operator has just pressed Ctrl-C: it tells the next run where this one stopped.
    private async Task WriteAsync(IClusterWriter target)
    {
        var name = NameOf(RestorePoint);
        var body = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "runai-dr" },
            },
            ["data"] = new JsonObject
            {
                ["restorePoint"] = RestorePoint.Sha,
                ["cluster"] = Cluster,
                ["done"] = string.Join(',', Done.Order().Select(PhaseNames.Of)),
                ["installsControlPlane"] = InstallsControlPlane ? Yes : "false",
            },
        };
        var result = await target.ApplyAsync(new Resource(Kind, body), new ApplyOptions(DryRun: false, Force: true), CancellationToken.None);
        if (result.Action is ApplyAction.Failed or ApplyAction.Conflict)
        {
            throw new RunAiDrException(
                Fault.ClusterRefused,
                $"ConfigMap {Namespace}/{name} of the target cannot be written: {result.Reason}",
                "It marks the target as being rehydrated; grant the right to write it.");
        }
    }

    private static TargetMarker? Of(JsonObject live, CommitId restorePoint)
    {
        var data = live.Map("data") ?? [];
        return data.Text("restorePoint") == restorePoint.Sha
            && DateTimeOffset.TryParse(live.Map("metadata")?.Text("creationTimestamp"), CultureInfo.InvariantCulture, out var since)
            ? new TargetMarker(
                restorePoint,
                data.Text("cluster"),
                since,
                (data.Text("done") ?? "").Split(',').Select(PhaseNames.Find).OfType<RestorePhase>().ToHashSet(),
                data.Text("installsControlPlane") == Yes)
            : null;
    }
}
