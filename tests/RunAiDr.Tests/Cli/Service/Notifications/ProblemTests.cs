using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Notifications;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Git;

namespace RunAiDr.Tests.Cli.Service.Notifications;

public sealed class ProblemTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void Each_is_told_when_it_begins_and_when_it_is_over_and_not_between()
    {
        var told = new ToldProblems(_repository.Options.Path);

        Assert.Empty(told.Turn(Problem.Of(Status())));
        Assert.Equal(["guard-stopped/prod True"], Turned(told, Status(guardStopped: true)));
        Assert.Empty(Turned(told, Status(guardStopped: true)));
        Assert.Equal(["guard-stopped/prod False"], Turned(told, Status()));
        Assert.Empty(Turned(told, Status()));
    }

    [Fact]
    public void A_restart_tells_nothing_again_and_knows_what_is_over()
    {
        Turned(new ToldProblems(_repository.Options.Path), Status(guardStopped: true));

        Assert.Empty(Turned(new ToldProblems(_repository.Options.Path), Status(guardStopped: true)));
        Assert.Equal(["guard-stopped/prod False"], Turned(new ToldProblems(_repository.Options.Path), Status()));
    }

    [Fact]
    public void A_note_that_cannot_be_read_counts_as_none()
    {
        File.WriteAllText(_repository.File("notifications.json"), "{");

        Assert.Equal(["guard-stopped/prod True"], Turned(new ToldProblems(_repository.Options.Path), Status(guardStopped: true)));
    }

    [Fact]
    public void What_is_not_known_yet_neither_begins_nor_ends()
    {
        var told = new ToldProblems(_repository.Options.Path);
        var failed = Checkpoints(tried: true, "no class");

        Assert.Empty(Turned(told, Status(checkpoints: Checkpoints(tried: false, null))));
        Assert.Equal(["checkpoint-failed/prod True"], Turned(told, Status(checkpoints: failed)));
        Assert.Empty(Turned(told, Status(checkpoints: Checkpoints(tried: false, null))));
        Assert.Equal(["checkpoint-failed/prod False"], Turned(told, Status(checkpoints: Checkpoints(tried: true, null))));
    }

    [Fact]
    public void An_export_that_fails_otherwise_does_not_end_a_guard_stop()
    {
        var told = new ToldProblems(_repository.Options.Path);
        Turned(told, Status(guardStopped: true));

        Assert.Empty(Turned(told, Status(notReady: ["the API server does not answer"])));
    }

    [Fact]
    public void An_objective_is_missed_for_each_component_once_snapshots_were_looked_for()
    {
        var told = new ToldProblems(_repository.Options.Path);
        RecoveryPoint[] points =
        [
            new(SnapshotComponent.Database, null, null, TimeSpan.FromHours(2)),
            new(SnapshotComponent.Metrics, null, TimeSpan.FromHours(1), TimeSpan.FromHours(2)),
        ];

        Assert.Empty(Turned(told, Status(checkpoints: new CheckpointStatus("prod", points))));
        Assert.Equal(["objective-missed/prod/database True"], Turned(told, Status(checkpoints: new CheckpointStatus("prod", points) { Checked = true })));
    }

    [Fact]
    public void A_rehearsal_that_did_not_pass_says_why()
    {
        var record = new RehearsalRecord(DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), new string('a', 40), "first", false, false, "no chart");
        var status = Status() with { Rehearsals = [new RehearsalStatus("prod", record, TimeSpan.Zero, null)] };

        var problem = Problem.Of(status).Single(problem => problem.Event == NotificationEvent.RehearsalFailed);

        Assert.True(problem.IsThere);
        Assert.Equal(["first: not passed: no chart"], problem.Details);
        Assert.Equal("The newest rehearsal passed.", (problem with { IsThere = false }).At(DateTimeOffset.UnixEpoch, null).Text);
    }

    private static IEnumerable<string> Turned(ToldProblems told, ServiceStatus status) =>
        [.. told.Turn(Problem.Of(status)).Select(problem => $"{problem.Key} {problem.IsThere}")];

    private static CheckpointStatus Checkpoints(bool tried, string? failure) => new("prod", []) { Tried = tried, CheckpointFailure = failure };

    private static ServiceStatus Status(bool guardStopped = false, string[]? notReady = null, CheckpointStatus? checkpoints = null) => new(
        true,
        null,
        [new SyncStatus("prod", notReady ?? (guardStopped ? ["too many"] : []), null, TimeSpan.Zero, new Dictionary<string, int>(), guardStopped)],
        null)
    {
        Checkpoints = checkpoints is null ? [] : [checkpoints],
    };
}
