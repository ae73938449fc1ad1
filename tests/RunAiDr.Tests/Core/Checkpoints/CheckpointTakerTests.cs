using RunAiDr.Core;
using RunAiDr.Core.Snapshots;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Checkpoints;

public sealed class CheckpointTakerTests : IDisposable
{
    private readonly CheckpointScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task One_commit_and_one_tag_name_everything()
    {
        var report = await _scene.TakeAsync("before-upgrade");

        Assert.Equal("dr/prod-a/before-upgrade", report.Tag);
        Assert.Equal(report.Commit.Sha, _scene.Git.Run("rev-parse", "main").Trim());
        Assert.Equal(report.Commit.Sha, _scene.Git.Run("rev-parse", "dr/prod-a/before-upgrade^{commit}").Trim());
        Assert.Equal("before-upgrade", _scene.Reference(SnapshotComponent.Metrics)!.Checkpoint);
        Assert.Equal("16/B374D848", _scene.Reference(SnapshotComponent.Database)!.Fingerprint!.Lsn);
        var message = _scene.Git.Run("for-each-ref", "--format=%(contents)", "refs/tags/dr/prod-a/before-upgrade");
        Verified.Text(message, "tag");
        Verified.Text(_scene.Git.Run("show", $"{report.Commit}:clusters/prod-a/snapshots/database.yaml"), "database");
        _scene.Git.AssertSound();
    }

    [Fact]
    public async Task The_volumes_are_copied_while_the_database_is_prepared_for_it()
    {
        _scene.Storage.Taking = request => _scene.Database.Events.Add($"take {string.Join(" and ", request.Components)}");
        _scene.Database.Ending = () => new BackupLabel("START WAL LOCATION", "", "16/C0000000");

        await _scene.TakeAsync("nightly");

        Assert.Equal(["begin runai-dr-nightly", "take Database and Metrics", "end", "dispose"], _scene.Database.Events);
        var reference = _scene.Reference(SnapshotComponent.Database)!;
        Assert.Equal("START WAL LOCATION", reference.Csi!.Backup!.Label);
        Assert.Equal(["no CHECKPOINT: not permitted", "restoring it needs the archived WAL up to 16/C0000000"], reference.Warnings);
    }

    [Fact]
    public async Task A_failed_part_makes_no_tag_no_commit_and_leaves_no_snapshot()
    {
        _scene.Storage.Becomes = component => component == SnapshotComponent.Metrics ? SnapshotOutcome.Failed(component, "the class is missing") : null;

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync("nightly"));

        Assert.Equal(Fault.Snapshot, failure.Fault);
        Assert.Contains("metrics: the class is missing", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_scene.Tags());
        Assert.Null(_scene.Store.Tip(CheckpointScene.Cluster));
        Assert.Empty(_scene.Storage.Stored);
    }

    [Fact]
    public async Task A_partial_checkpoint_says_so_in_tag_and_reference()
    {
        await _scene.TakeAsync("whole");
        _scene.Storage.Becomes = component => component == SnapshotComponent.Metrics ? SnapshotOutcome.Failed(component, "the class is missing") : null;

        var report = await _scene.TakeAsync("nightly", allowPartial: true);

        Assert.True(report.IsPartial);
        Assert.Contains(
            "PARTIAL: metrics failed.", _scene.Git.Run("for-each-ref", "--format=%(contents)", "refs/tags/dr/prod-a/nightly"), StringComparison.Ordinal);
        var metrics = _scene.Reference(SnapshotComponent.Metrics)!;
        Assert.Equal(("nightly", "the class is missing", ""), (metrics.Checkpoint, metrics.Failure, metrics.Location));
        Assert.Equal("whole", _scene.Reference(SnapshotComponent.Metrics, "whole")!.Checkpoint);
    }

    [Fact]
    public async Task A_database_that_refuses_does_not_stop_the_metrics()
    {
        _scene.Database.Beginning = () => throw FakeSnapshots.Broken("the database");

        var report = await _scene.TakeAsync("nightly", allowPartial: true);

        Assert.Equal([SnapshotComponent.Metrics], Assert.Single(_scene.Storage.Requests).Components);
        Assert.Contains("the database is broken.", report.Outcomes[0].Failure, StringComparison.Ordinal);
        Assert.NotNull(report.Outcomes[1].Reference);
    }

    [Fact]
    public async Task A_backup_that_cannot_be_ended_makes_the_copy_worthless()
    {
        _scene.Database.Ending = () => throw FakeSnapshots.Broken("the connection");

        var report = await _scene.TakeAsync("nightly", allowPartial: true);

        Assert.NotNull(report.Outcomes[0].Failure);
        Assert.Equal(["csi/nightly/Metrics"], _scene.Storage.Stored.Keys);
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_read_takes_the_snapshots_back()
    {
        _scene.Reading = _ => throw new RunAiDrException(Fault.ClusterUnreachable, "The API server does not answer.", "Look at the network.");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync("nightly"));

        Assert.Equal(Fault.ClusterUnreachable, failure.Fault);
        Assert.Equal(2, _scene.Storage.Requests.Single().Components.Count);

        Assert.Empty(_scene.Storage.Stored);
        Assert.Empty(_scene.Tags());
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_when_the_export_has_ended_is_not_named()
    {
        _scene.Reading = _ => _scene.Storage.Stored.Remove("csi/nightly/Database");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync("nightly"));

        Assert.Contains("database: The snapshot was made, but is no longer usable: it was deleted", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_scene.Tags());
        Assert.Empty(_scene.Storage.Stored);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_is_named()
    {
        _scene.Storage.Becomes = component => component == SnapshotComponent.Metrics ? SnapshotOutcome.Failed(component, "no") : null;
        _scene.Storage.Deleting = _ => throw FakeSnapshots.Broken("the storage");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync("nightly"));

        Assert.Contains("csi/nightly/Database: the storage is broken.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("prune nightly --orphans", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_that_this_installation_lacks_is_in_order()
    {
        await _scene.TakeAsync("first");
        _scene.Storage.Becomes = component => component == SnapshotComponent.Metrics ? SnapshotOutcome.Absent(component, "no volume on OpenShift") : null;

        var report = await _scene.TakeAsync("second");

        Assert.False(report.IsPartial);
        Assert.Null(_scene.Reference(SnapshotComponent.Metrics));
        Assert.NotNull(_scene.Reference(SnapshotComponent.Metrics, "first"));
    }

    [Theory]
    [InlineData("Nightly")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("a/b")]
    public async Task An_illegal_name_is_refused_before_anything_is_taken(string name)
    {
        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync(name));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Empty(_scene.Storage.Requests);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_before_anything_is_taken()
    {
        await _scene.TakeAsync("nightly");

        var failure = await Assert.ThrowsAsync<RunAiDrException>(() => _scene.TakeAsync("nightly"));

        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.Single(_scene.Storage.Requests);
    }

    [Fact]
    public async Task Cancelling_takes_the_snapshots_back()
    {
        using var stop = new CancellationTokenSource();
        _scene.Storage.Becomes = component =>
        {
            if (component == SnapshotComponent.Metrics)
            {
                stop.Cancel();
            }

            return null;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.TakeAsync("nightly", ct: stop.Token));

        Assert.Empty(_scene.Storage.Stored);
        Assert.Empty(_scene.Tags());
    }
}
