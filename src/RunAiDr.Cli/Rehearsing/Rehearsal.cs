using System.Security.Cryptography;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;
using RunAiDr.Data.Postgres;
using RunAiDr.Git;

namespace RunAiDr.Cli.Rehearsing;

/// <summary>
/// Proves that a restore point can be restored: plans, rehydrates and verifies as ever, into a throw-away control plane
/// and an empty PostgreSQL. No cluster is written to, and nothing is left behind.
/// </summary>
internal sealed class Rehearsal(DrConfig config, ClusterConfig chosen, Invocation invocation)
{
    // Nothing is pulled, started or copied: what is not ready by then never will be.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(3);

    private readonly ProcessContext _process = invocation.Process;

    /// <param name="reference">Names the restore point.</param>
    /// <param name="secrets">Where secret values come from; the others are made up.</param>
    /// <param name="ct">Stops it; nothing is left then.</param>
    /// <exception cref="RunAiDrException">
    /// There is no such restore point, or the rehearsal itself cannot be run: that says nothing of the restore point.
    /// </exception>
    public async Task<RehearsalResult> RunAsync(string reference, RestoreSecrets secrets, CancellationToken ct)
    {
        var started = _process.Clock.GetTimestamp();
        using var store = GitStateStore.Open(Session.StoreOptions(config), _process.Clock);
        var tree = store.Open(chosen.Name, reference);
        var signature = SignatureCheck.Of(store, config.Signatures, chosen.Name, reference, tree.Id);
        var result = new RehearsalResult
        {
            Cluster = chosen.Name,
            RestorePoint = tree.Id,
            Checkpoint = CheckpointOf(store, tree.Id, reference),
            StartedAt = _process.Clock.GetUtcNow(),
            Signature = signature.Verdict,
            Warnings = [.. signature.Rows.Where(row => row.Result == CheckResult.Warning).Select(row => row.Finding)],
        };
        var point = RestorePoint.Read(tree);
        result = signature.IsRefused ? result with { Obstacle = Fault.RestorePoint, Blocked = [signature.Row] }
            : point.Problems.Count > 0 ? result with { Obstacle = Fault.RestorePoint, Blocked = [.. point.Problems.Select(BlockedBy)] }
            : await PlayAsync(result, tree, point, secrets, ct);
        return result with { Duration = _process.Clock.GetElapsedTime(started) };
    }

    private static PlanCheck BlockedBy(RestorePointProblem problem) =>
        new("restore point", CheckResult.Blocked, problem.Message, problem.Remedy);

    // Several checkpoints of an unchanged cluster may be of one commit.
    private string? CheckpointOf(GitStateStore store, CommitId id, string reference) => store.Tags(chosen.Name)
        .Where(tag => tag.Commit == id && CheckpointSummary.IsOf(tag)).Select(tag => tag.Name)
        .OrderByDescending(name => name == reference).FirstOrDefault();

    private async Task<RehearsalResult> PlayAsync(
        RehearsalResult result, IStateTree tree, RestorePoint point, RestoreSecrets secrets, CancellationToken ct)
    {
        var snapshots = await SavedSnapshots.AskAsync(point, () => Session.Of(config, chosen, null, invocation), ct);
        await using var plane = await ThrowAwayControlPlane.StartAsync(_process, point, ct);
        var course = RehearsalCourse.Of(point, chosen, plane.HasControllers, ScratchPostgres.IsInstalled);
        await using var database = course.RestoresDump ? await StartDatabaseAsync(ct) : null;

        // Values that are made up differ from the saved ones, and are meant to.
        var sealing = secrets.Identities.Count > 0 ? config.Sealing?.ToCompare() : null;
        using var session = Session.Of(config, chosen, sealing, invocation with { TargetKubeconfig = plane.Kubeconfig });
        using var data = new RehearsalData(chosen.Snapshots, database, _process.Clock);
        var supplied = await secrets.ReadAsync(session, tree, ct);
        var values = new Dictionary<string, SecretText>(supplied.Values, StringComparer.Ordinal);
        var madeUp = MadeUpSecrets.For(point.SecretNames.Where(name => !values.ContainsKey(name)).ToArray()).ToList();
        madeUp.ForEach(secret => values.Add(secret.Key, secret.Value));
        var options = new RehydrationOptions { Secrets = values, Phases = course.Phases };
        var plan = await new Planner(session.Cluster, _process.Clock, session.Scope, Tools(session, data)).PlanAsync(tree, options, ct);
        result = result with
        {
            ControlPlane = plane.Name,
            LeftOut = course.LeftOut,
            MadeUp = madeUp.Count,
            Warnings = [.. result.Warnings, .. supplied.Rows.Select(row => row.Finding), .. course.NotProven, .. snapshots.Unknown, .. plan.Dangers.Select(danger => danger.Finding)],
            Lost = snapshots.Lost,
            Obstacle = plan.Obstacle,
            Blocked = [.. plan.Checks.Where(check => check.Result == CheckResult.Blocked)],
        };
        return result.Obstacle is null
            ? result with { Report = await new Restoration(session, _process).RunAsync(tree, plan, ct) }
            : result;
    }

    private static Task<ScratchPostgres> StartDatabaseAsync(CancellationToken ct) =>
        ScratchPostgres.StartAsync(new SecretText(RandomNumberGenerator.GetHexString(32)), ct);

    private static RestoreTools Tools(Session session, RehearsalData data)
    {
        var tools = session.RestoreTools(data);
        return tools with { ReleaseLimit = Shorter(tools.ReleaseLimit), VolumeLimit = Shorter(tools.VolumeLimit) };
    }

    private static TimeSpan Shorter(TimeSpan limit) => limit < LongestWait ? limit : LongestWait;
}
