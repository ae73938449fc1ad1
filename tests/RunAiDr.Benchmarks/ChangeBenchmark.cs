using System.Diagnostics;
using System.Text.Json.Nodes;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Http;
using RunAiDr.Git;

namespace RunAiDr.Benchmarks;

/// <summary>
/// Changes an installation of 16,000 objects that is kept in sync: how soon a change is in a commit, whether a stream
/// of them is kept up with, and how much the repository grows.
/// </summary>
internal sealed class ChangeBenchmark(BenchOptions options, string folder)
{
    private const double Size = 0.8; // of the sample's 20,000
    private const int Steady = 50;
    private const int Storm = 500;
    private static readonly TimeSpan SteadyTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StormTime = TimeSpan.FromMinutes(1);

    private readonly List<Figure> _figures = [];

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        var share = Size * options.Share;
        await using var server = await FilledServer.StartAsync(options, folder, share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        var connection = Kubeconfig.Load(new KubeconfigSource(server.Kubeconfig, null, ""), TimeProvider.System);
        using var api = new ApiConnection(connection, TimeProvider.System, () => 0);
        var load = new ChangeLoad(api, [.. SampleResources.All(share).Where(resource => resource.Kind.Kind == "ConfigMap")]);
        await using (await SyncProcess.StartAsync(server, repository, "sync: {settle: 0s}", ct))
        {
            using var tip = new TipWatch(repository);
            await WarmUpAsync(load, tip, ct);
            await MeasureSteadyAsync(load, tip, repository, ct);
            await MeasureStormAsync(load, tip, repository, ct);
        }

        await AddDriftAsync(server, repository, ct);
        return _figures;
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private static async Task WarmUpAsync(ChangeLoad load, TipWatch tip, CancellationToken ct)
    {
        Say("Warming sync up");
        await load.RunAsync(Steady, TimeSpan.FromSeconds(10), ct);
        await tip.UntilQuietAsync(ct);
    }

    private async Task MeasureSteadyAsync(ChangeLoad load, TipWatch tip, string repository, CancellationToken ct)
    {
        Say($"Changing {Steady} objects a second");

        // Deltas among what is there already must not count as a gain of the changes.
        await ChildProcess.RunAsync("git", ["-C", repository, "repack", "-a", "-d", "-f", "-q", "--window=50"], ct);
        var before = await PackAsync(repository, ct);
        var changes = await ChangeAsync(load, (Steady, SteadyTime), tip, repository, ct);
        var (p50, p99) = (At(changes.Lags, 0.5), At(changes.Lags, 0.99));
        _figures.Add(new("change to commit, p50", p50, "ms") { Wanted = "≤ 50 ms", Met = p50 <= 50 });
        _figures.Add(new("change to commit, p99", p99, "ms") { Wanted = "≤ 250 ms", Met = p99 <= 250 });

        var growth = (double)(await PackAsync(repository, ct) - before) / changes.Lags.Count;
        var patch = (double)changes.PatchBytes / changes.Lags.Count;
        _figures.Add(new("(c) patch of a one-line change, deflated", patch, "bytes"));
        _figures.Add(new("growth of the repository for it", growth, "bytes")
        {
            Ratio = growth / patch,
            Baseline = "(c)",
            Wanted = "≤ 4.0",
            Met = growth <= 4 * patch,
        });
    }

    private async Task MeasureStormAsync(ChangeLoad load, TipWatch tip, string repository, CancellationToken ct)
    {
        Say($"Changing {Storm} objects a second");
        var changes = await ChangeAsync(load, (Storm, StormTime * options.Share), tip, repository, ct);
        var fifth = changes.Lags.Count / 5;
        var middle = Figures.Median(changes.Lags.Skip(2 * fifth).Take(fifth));
        var end = Figures.Median(changes.Lags.TakeLast(fifth));
        _figures.Add(new($"changes at {Storm}/s in no commit", changes.Lost, "of " + (changes.Lost + changes.Lags.Count))
        {
            Wanted = "0",
            Met = changes.Lost == 0,
        });
        _figures.Add(new("their lag, middle fifth", middle, "ms"));
        _figures.Add(new("their lag, last fifth", end, "ms")
        {
            Ratio = end / middle,
            Baseline = "middle fifth",
            Wanted = "≤ 1.5, or 250 ms",
            Met = end <= 1.5 * middle || end <= 250,
        });
        _figures.Add(new("their lag, longest", changes.Lags.Max(), "ms"));
        _figures.Add(new("last change to last commit", changes.Lags[^1], "ms") { Wanted = "≤ 5,000 ms", Met = changes.Lags[^1] <= 5000 });
        _figures.Add(new("commits of them", changes.Commits, ""));
    }

    private static async Task<Course> ChangeAsync(
        ChangeLoad load, (int PerSecond, TimeSpan Time) pace, TipWatch tip, string repository, CancellationToken ct)
    {
        var before = tip.Tip;
        var numbers = await load.RunAsync(pace.PerSecond, pace.Time, ct);
        await tip.UntilQuietAsync(ct);
        var commits = await CommittedChanges.ReadAsync(repository, before, ct);
        var committed = new Dictionary<int, long>();
        var seen = 0L;
        foreach (var commit in commits)
        {
            // One that nobody saw was visible at the latest with the next one.
            seen = tip.SeenAt(commit.Commit) ?? seen;
            foreach (var number in commit.Numbers)
            {
                committed[number] = seen;
            }
        }

        var lags = Enumerable.Range(numbers.Start.Value, numbers.End.Value - numbers.Start.Value)
            .Where(committed.ContainsKey)
            .Select(number => Stopwatch.GetElapsedTime(load.Sent[number], committed[number]).TotalMilliseconds)
            .ToList();
        return new(lags, numbers.End.Value - numbers.Start.Value - lags.Count, commits.Count, commits.Sum(commit => commit.PatchBytes));
    }

    private async Task AddDriftAsync(ApiServer server, string repository, CancellationToken ct)
    {
        var drift = await Installation.RunAsync("drift --output json", server, repository, ct);
        var differences = JsonNode.Parse(drift.Output)?["differences"]?.AsArray().Count
            ?? throw new InvalidOperationException($"runai-dr drift printed {drift.Output}");
        _figures.Add(new("differences of cluster and tip afterwards", differences, "") { Wanted = "0", Met = differences == 0 });
    }

    /// <summary>Bytes of all objects after housekeeping.</summary>
    private static async Task<long> PackAsync(string repository, CancellationToken ct)
    {
        using var housekeeping = new Housekeeping(repository, TimeProvider.System);
        var outcome = await housekeeping.RunAsync(ct);
        return outcome.Failure is null ? outcome.BytesAfter : throw new InvalidOperationException(outcome.Failure);
    }

    private static double At(IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)(part * (sorted.Length - 1))];
    }

    /// <summary>What became of changes, in the order they were made.</summary>
    private sealed record Course(IReadOnlyList<double> Lags, int Lost, int Commits, long PatchBytes);
}
