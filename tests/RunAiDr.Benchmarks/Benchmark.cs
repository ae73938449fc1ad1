using System.Diagnostics;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Benchmarks;

/// <summary>
/// Restores the generated installation into fresh servers, beside kubectl, then exports the last of them, beside merely
/// downloading it and git storing it.
/// </summary>
internal sealed class Benchmark(BenchOptions options, string folder)
{
    private const double KubectlShare = 0.1; // kubectl takes minutes for the whole
    private const int Ordinary = 4096;
    private const int WarmUp = 5; // passes until everything is compiled for good
    private const double MegaByte = 1e6;

    private readonly List<Figure> _figures = [];

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        Say("Making a restore point of the generated installation");
        var restorePoint = await FilledServer.RestorePointAsync(folder, options.Share, ct);
        await using (var source = await MeasureRestoreAsync(restorePoint, ct))
        {
            await MeasureExportAsync(source, restorePoint, ct);
        }

        return _figures;
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private async Task<ApiServer> MeasureRestoreAsync(string restorePoint, CancellationToken ct)
    {
        var total = SampleResources.All(options.Share).Count();
        var runs = options.Kubeconfig is null ? options.Runs : 1;
        var (byKubectl, plain, writing) = (new List<double>(), new List<double>(), new List<double>());
        var (ours, peaks) = (new List<double>(), new List<double>());
        for (var run = 1; ; run++)
        {
            Say($"Restoring, run {run} of {runs}");
            await using (var target = await ApiServer.StartAsync(options, folder, ct))
            {
                byKubectl.Add(await KubectlAsync(target, ct));
            }

            await using (var target = await ApiServer.StartAsync(options, folder, ct))
            {
                plain.Add(total / (await CreateAsync(target, ct)).TotalSeconds);
            }

            var fresh = await ApiServer.StartAsync(options, folder, ct);
            var command = $"rehydrate main --yes --output json --report {Path.Combine(folder, "report.json")}";
            var rehydration = await Installation.RunAsync(command, fresh, restorePoint, ct);
            ours.Add(total / rehydration.Elapsed.TotalSeconds);
            writing.Add(total / (double)JsonNode.Parse(rehydration.Output)!["duration"]!);
            peaks.Add(rehydration.PeakBytes / MegaByte);
            if (run == runs)
            {
                AddRestore(byKubectl, ours, peaks);
                AddWriting(plain, writing);
                return fresh;
            }

            await fresh.DisposeAsync();
        }
    }

    private void AddRestore(List<double> byKubectl, List<double> ours, List<double> peaks)
    {
        var (kubectl, rehydrate) = (Figures.Median(byKubectl), Figures.Median(ours));
        _figures.Add(new("kubectl apply --server-side", kubectl, "objects/s"));
        _figures.Add(new("rehydrate", rehydrate, "objects/s")
        {
            Ratio = rehydrate / kubectl,
            Baseline = "kubectl",
            Wanted = "≥ 3.0",
            Met = rehydrate >= 3 * kubectl,
        });
        _figures.Add(new("rehydrate, peak memory", Figures.Median(peaks), "MB"));
    }

    private void AddWriting(List<double> plain, List<double> writing)
    {
        var (creates, rehydrate) = (Figures.Median(plain), Figures.Median(writing));
        _figures.Add(new("plain parallel creates", creates, "objects/s"));
        _figures.Add(new("rehydrate, writing only", rehydrate, "objects/s")
        {
            Ratio = rehydrate / creates,
            Baseline = "plain creates",
            Wanted = "≥ 0.80",
            Met = rehydrate >= 0.8 * creates,
        });
    }

    /// <summary>How long it takes to POST everything, as many at once as a rehydration does, with nothing looked at.</summary>
    private async Task<TimeSpan> CreateAsync(ApiServer target, CancellationToken ct)
    {
        var connection = Kubeconfig.Load(new KubeconfigSource(target.Kubeconfig, null, ""), TimeProvider.System);
        using var cluster = new ClusterClient(connection, TimeProvider.System);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = new RehydrationOptions().Parallelism, CancellationToken = ct };
        var resources = SampleResources.All(options.Share).ToLookup(resource => resource.Kind.Namespaced);
        var started = Stopwatch.GetTimestamp();
        foreach (var namespaced in (bool[])[false, true])
        {
            await Parallel.ForEachAsync(resources[namespaced], limit, async (resource, token) =>
                await cluster.CreateAsync(resource, dryRun: false, token));
        }

        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Objects per second of kubectl on a part, in namespaces of other names.</summary>
    private async Task<double> KubectlAsync(ApiServer target, CancellationToken ct)
    {
        var file = Path.Combine(folder, "kubectl.json");
        var count = 0;
        await using (var text = File.CreateText(file))
        {
            foreach (var resource in SampleResources.All(Math.Min(KubectlShare, options.Share), "kubectl"))
            {
                await text.WriteLineAsync(resource.Body.ToJsonString());
                count++;
            }
        }

        var run = await ChildProcess.RunAsync(
            "kubectl", ["apply", "--kubeconfig", target.Kubeconfig, "--server-side", "-f", file], ct);
        return count / run.Elapsed.TotalSeconds;
    }

    private async Task MeasureExportAsync(ApiServer source, string restorePoint, CancellationToken ct)
    {
        var connection = Kubeconfig.Load(new KubeconfigSource(source.Kubeconfig, null, ""), TimeProvider.System);
        using var cluster = new ClusterClient(connection, TimeProvider.System);
        var scope = Installation.ReadScope();
        var selections = scope.Selections(await cluster.DiscoverAsync(ct)).Selections;
        var import = new FastImport(folder);
        var bytes = import.Prepare(Open(restorePoint));
        var rounds = new List<Round>();
        await Download.RunAsync(connection, selections, ct); // the first one warms server and client up
        for (var run = 1; run <= options.Runs; run++)
        {
            Say($"Exporting, run {run} of {options.Runs}");
            var (read, time) = await TimedAsync(() => Download.RunAsync(connection, selections, ct));
            var repository = await Repositories.CreateAsync(folder, ct);
            var first = await ExportAsync(source, repository, ct);
            var again = await ExportAsync(source, repository, ct);
            var drift = await Installation.RunAsync("drift", source, repository, ct);
            rounds.Add(new Round(read, time, (await import.RunAsync(ct)).TotalSeconds, first, again) { Drift = drift });
            Directory.Delete(repository, recursive: true);
        }

        AddExport(rounds, bytes);
        AddDrift(rounds);
        await MeasureCanonicalFormAsync(await CapturedCut.ReadAsync(cluster, selections, ct), scope, ct);
    }

    private void AddExport(List<Round> rounds, long bytes)
    {
        var download = Figures.Median(rounds.Select(round => round.Download));
        var import = Figures.Median(rounds.Select(round => round.Import));
        var export = Figures.Median(rounds.Select(round => round.Export.Elapsed.TotalSeconds));
        var again = Figures.Median(rounds.Select(round => round.Again.Elapsed.TotalSeconds));
        var peak = Figures.Median(rounds.Select(round => round.Export.PeakBytes / MegaByte));
        _figures.Add(new($"(a) download of {rounds[0].Bytes / MegaByte:0} MB in lists", download, "s"));
        _figures.Add(new($"(b) git fast-import of {bytes / MegaByte:0} MB", import, "s"));
        _figures.Add(new("export with commit", export, "s")
        {
            Ratio = export / (download + import),
            Baseline = "(a) + (b)",
            Wanted = "≤ 1.0",
            Met = export <= download + import,
        });
        _figures.Add(new("export, peak memory", peak, "MB") { Wanted = "≤ 250 MB", Met = peak <= 250 });
        _figures.Add(new("unchanged export", again, "s")
        {
            Ratio = again / download,
            Baseline = "(a)",
            Wanted = "≤ 1.3",
            Met = again <= 1.3 * download,
        });
    }

    private void AddDrift(List<Round> rounds)
    {
        var download = Figures.Median(rounds.Select(round => round.Download));
        var drift = Figures.Median(rounds.Select(round => round.Drift.Elapsed.TotalSeconds));
        _figures.Add(new("drift of nothing", drift, "s")
        {
            Ratio = drift / download,
            Baseline = "(a)",
            Wanted = "≤ 1.5",
            Met = drift <= 1.5 * download,
        });
        _figures.Add(new("drift, peak memory", Figures.Median(rounds.Select(round => round.Drift.PeakBytes / MegaByte)), "MB"));
    }

    private async Task MeasureCanonicalFormAsync(CapturedCut all, Scope scope, CancellationToken ct)
    {
        Say("Measuring the canonical form");
        var rate = await RateAsync(all.UpTo(Ordinary), scope, ct);
        _figures.Add(new("canonical form, objects up to 4 KB", rate, "objects/s") { Wanted = "≥ 20,000", Met = rate >= 20_000 });
        _figures.Add(new("canonical form, all objects", await RateAsync(all, scope, ct), "objects/s"));
    }

    /// <summary>Objects per second of processor time: what one core does, whatever else the machine is busy with.</summary>
    private async Task<double> RateAsync(CapturedCut cut, Scope scope, CancellationToken ct)
    {
        using var self = Process.GetCurrentProcess();
        var times = new List<double>();
        for (var run = 0; run < WarmUp + options.Runs; run++)
        {
            var before = self.TotalProcessorTime;
            await new ClusterExporter(cut, scope).ExportAsync(Installation.Cluster, new CapturedCut.NoSink(), ct);
            self.Refresh();
            times.Add((self.TotalProcessorTime - before).TotalSeconds);
        }

        return cut.Resources / Figures.Median(times.Skip(WarmUp));
    }

    private static Task<ChildProcess> ExportAsync(ApiServer source, string repository, CancellationToken ct) =>
        Installation.RunAsync("export", source, repository, ct);

    private static IStateTree Open(string repository) =>
        GitStateStore.Open(new GitStateOptions { Path = repository }, TimeProvider.System).Open(Installation.Cluster, null);

    private static async Task<(T Result, double Seconds)> TimedAsync<T>(Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await work();
        return (result, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private sealed record Round(long Bytes, double Download, double Import, ChildProcess Export, ChildProcess Again)
    {
        public required ChildProcess Drift { get; init; }
    }
}
