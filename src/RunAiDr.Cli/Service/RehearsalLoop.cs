using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Rehearsing;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Checkpoints;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>
/// Rehearses the newest checkpoint of each cluster when the schedule says so, one after the other. Times that were missed
/// are caught up with one rehearsal. What came of it is kept beside the repository.
/// </summary>
internal sealed class RehearsalLoop(DrConfig config, Invocation invocation, ILogger log)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _clock = invocation.Process.Clock;
    private readonly DateTimeOffset _started = invocation.Process.Clock.GetUtcNow();
    private readonly Course[] _courses = [.. config.Clusters.Select(cluster => new Course(cluster))];

    // The log gets one line per rehearsal, and nobody answers questions.
    private readonly Invocation _silent = invocation with
    {
        Process = invocation.Process with { Output = TextWriter.Null, Error = TextWriter.Null, IsTerminal = false, Ask = null },
    };

    /// <summary>How the rehearsals of each cluster stand.</summary>
    public IReadOnlyList<RehearsalStatus> Status()
    {
        var now = _clock.GetUtcNow();
        return [.. _courses.Select(course => new RehearsalStatus(course.Cluster.Name, course.Newest, now - course.Newest?.StartedAt, course.Attempts.Failure))];
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                foreach (var course in _courses)
                {
                    await LookAsync(course, ct);
                }

                await Task.Delay(LookInterval, _clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The service stops. What the rehearsal had made is gone.
        }
    }

    /// <summary>Rehearses what is due, unless that has just failed; a failure is told, and tried again less and less often.</summary>
    private async Task LookAsync(Course course, CancellationToken ct)
    {
        try
        {
            // Others rehearse by hand.
            course.Newest = RehearsalRecord.Read(config.Repository, course.Cluster.Name);
            var now = _clock.GetUtcNow();
            if (now >= course.Attempts.NextAt && config.Rehearsals?.Next(course.Newest?.StartedAt ?? _started) <= now)
            {
                await RehearseAsync(course, ct);
                course.Attempts.Succeeded();
            }
        }
        catch (RunAiDrException fault)
        {
            course.Attempts.Failed($"{fault.Message} {fault.Remedy}", _clock.GetUtcNow());
            log.RehearsalNotRun(course.Cluster.Name, fault.Message, fault.Remedy);
        }
    }

    private async Task RehearseAsync(Course course, CancellationToken ct)
    {
        if (NewestCheckpoint(course.Cluster.Name) is not { } checkpoint)
        {
            return;
        }

        try
        {
            var done = await new Rehearsal(config, course.Cluster, _silent).RunAsync(checkpoint, new RestoreSecrets(), ct);
            ct.ThrowIfCancellationRequested();
            var record = RehearsalRecord.Of(done);
            record.Write(config.Repository, course.Cluster.Name);
            course.Newest = record;
            Tell(course.Cluster.Name, record);
        }
        finally
        {
            // A whole cluster was in memory, and nothing like it comes again for long.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private string? NewestCheckpoint(string cluster)
    {
        using var store = GitStateStore.Open(Session.StoreOptions(config), _clock);
        return store.Tags(cluster).Where(CheckpointSummary.IsOf).OrderByDescending(tag => tag.TaggedAt).FirstOrDefault()?.Name;
    }

    private void Tell(string cluster, RehearsalRecord record)
    {
        if (record.Passed)
        {
            log.RehearsalPassed(cluster, record.What, record.Verdict, record.Duration);
        }
        else
        {
            log.RehearsalFailed(cluster, record.What, record.Reason ?? "");
        }
    }

    private sealed class Course(ClusterConfig cluster)
    {
        private volatile RehearsalRecord? _newest;

        public ClusterConfig Cluster => cluster;

        public Attempts Attempts { get; } = new("rehearsed");

        public RehearsalRecord? Newest
        {
            get => _newest;
            set => _newest = value;
        }
    }
}
