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
    private static readonly Pace WarmUp = new(50, TimeSpan.FromSeconds(10));
    private static readonly Pace Steady = new(50, TimeSpan.FromSeconds(20));
    private static readonly Pace Again = Steady with { Among = 50 };
    private static readonly Pace Storm = new(500, TimeSpan.FromMinutes(1));

    private readonly List<Figure> _figures = [];

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        var share = Size * options.Share;
        await using var server = await FilledServer.StartAsync(options, folder, share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        var connection = Kubeconfig.Load(new KubeconfigSource(server.Kubeconfig, null, ""), TimeProvider.System);
        using var api = new ApiConnection(connection, TimeProvider.System, () => 0);
        var load = new ChangeLoad(api, [.. SampleResources.All(share).Where(resource => resource.Kind.Kind == "ConfigMap")]);
        await using (var sync = await SyncProcess.StartAsync(server, repository, "sync: {settle: 0s}", ct))
        {
            using var tip = new TipWatch(repository);
            var course = new ChangeCourse(load, sync, tip, repository);
            Say("Warming sync up");
            await course.RunAsync(WarmUp, ct);
            await MeasureSteadyAsync(course, ct);
            await MeasureGrowthAsync(course, repository, ct);
            await MeasureStormAsync(course, ct);
        }

        await AddDriftAsync(server, repository, ct);
        return _figures;
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private async Task MeasureSteadyAsync(ChangeCourse course, CancellationToken ct)
    {
        Say($"Changing {Steady.PerSecond} objects a second");
        var changes = await course.RunAsync(Steady, ct);
        var (p50, p99) = (At(changes.Lags, 0.5), At(changes.Lags, 0.99));
        _figures.Add(new("change to commit, p50", p50, "ms") { Wanted = "≤ 50 ms", Met = p50 <= 50 });
        _figures.Add(new("change to commit, p99", p99, "ms") { Wanted = "≤ 250 ms", Met = p99 <= 250 });
        _figures.Add(new($"processor time of a change at {Steady.PerSecond}/s", changes.ProcessorTime, "ms"));
    }

    /// <summary>The first change of an object after a while stores it anew, until packs are merged: so each gets many.</summary>
    private async Task MeasureGrowthAsync(ChangeCourse course, string repository, CancellationToken ct)
    {
        Say($"Changing {Again.Among} objects again and again");

        // Deltas among what is there already must not count as a gain of the changes.
        await ChildProcess.RunAsync("git", ["-C", repository, "repack", "-a", "-d", "-f", "-q"], ct);
        var before = await PackAsync(repository, ct);
        var changes = await course.RunAsync(Again, ct);
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

    private async Task MeasureStormAsync(ChangeCourse course, CancellationToken ct)
    {
        Say($"Changing {Storm.PerSecond} objects a second");
        var changes = await course.RunAsync(Storm with { Time = Storm.Time * options.Share }, ct);
        var fifth = changes.Lags.Count / 5;
        var middle = Figures.Median(changes.Lags.Skip(2 * fifth).Take(fifth));
        var end = Figures.Median(changes.Lags.TakeLast(fifth));
        _figures.Add(new($"changes at {Storm.PerSecond}/s in no commit", changes.Lost, $"of {changes.Lost + changes.Lags.Count}")
        {
            Wanted = "0",
            Met = changes.Lost == 0,
        });
        _figures.Add(new("their lag, middle fifth", middle, "ms"));
        _figures.Add(new("their lag, last fifth", end, "ms")
        {
            Ratio = end / middle,
            Baseline = "middle fifth",
            Wanted = "≤ 1.1, or 250 ms",
            Met = end <= 1.1 * middle || end <= 250,
        });
        _figures.Add(new("last change to last commit", changes.Lags[^1], "ms") { Wanted = "≤ 5,000 ms", Met = changes.Lags[^1] <= 5000 });
        _figures.Add(new("commits of them", changes.Commits, ""));
        _figures.Add(new($"processor time of a change at {Storm.PerSecond}/s", changes.ProcessorTime, "ms"));
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
}
