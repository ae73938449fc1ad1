using System.Diagnostics;

namespace RunAiDr.Benchmarks;

/// <summary>Makes changes while <c>runai-dr sync</c> runs, and finds out from the repository when each was committed.</summary>
internal sealed class ChangeCourse(ChangeLoad load, SyncProcess sync, TipWatch tip, string repository)
{
    public async Task<Outcome> RunAsync(Pace pace, CancellationToken ct)
    {
        var (before, busy) = (tip.Tip, sync.ProcessorTime);
        var numbers = await load.RunAsync(pace, ct);
        await tip.UntilQuietAsync(ct);
        busy = sync.ProcessorTime - busy;
        var commits = await CommittedChanges.ReadAsync(repository, before, ct);
        var committed = MomentsOf(commits);
        var all = numbers.End.Value - numbers.Start.Value;
        var lags = Enumerable.Range(numbers.Start.Value, all)
            .Where(committed.ContainsKey)
            .Select(number => Stopwatch.GetElapsedTime(load.Sent[number], committed[number]).TotalMilliseconds)
            .ToList();
        return new(lags, all - lags.Count, commits.Count, commits.Sum(commit => commit.PatchBytes), busy.TotalMilliseconds / all);
    }

    private Dictionary<int, long> MomentsOf(IReadOnlyList<CommittedChanges> newestFirst)
    {
        var moments = new Dictionary<int, long>();
        var seen = 0L;
        foreach (var commit in newestFirst)
        {
            // One that nobody saw was visible at the latest with the next one.
            seen = tip.SeenAt(commit.Commit) ?? seen;
            foreach (var number in commit.Numbers)
            {
                moments[number] = seen;
            }
        }

        return moments;
    }

    /// <summary>What became of changes: milliseconds from write to commit, in the order they were made, and of sync for each.</summary>
    internal sealed record Outcome(IReadOnlyList<double> Lags, int Lost, int Commits, long PatchBytes, double ProcessorTime);
}
