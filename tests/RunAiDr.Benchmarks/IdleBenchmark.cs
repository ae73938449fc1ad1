using System.Diagnostics;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Export;

namespace RunAiDr.Benchmarks;

/// <summary>Keeps 100,000 objects in sync that nobody changes: what that costs, and how soon it goes on after a restart.</summary>
internal sealed class IdleBenchmark(BenchOptions options, string folder)
{
    private const double Size = 5; // of the sample's 20,000
    private const double MegaByte = 1e6;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Idling = TimeSpan.FromSeconds(20);

    private readonly List<Figure> _figures = [];

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        Say("Filling the large installation");
        await using var server = await FilledServer.StartAsync(options, folder, Size * options.Share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        await MeasureIdleAsync(server, repository, ct);
        await MeasureRestartAsync(server, repository, ct);
        return _figures;
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private async Task MeasureIdleAsync(ApiServer server, string repository, CancellationToken ct)
    {
        Say("Exporting it and idling");
        await using var sync = await SyncProcess.StartAsync(server, repository, "", ct);
        _figures.Add(new("first export to ready", sync.UntilReady.TotalSeconds, "s"));
        await Task.Delay(Settling, TimeProvider.System, ct);
        var before = sync.ProcessorTime;
        await Task.Delay(Idling, TimeProvider.System, ct);
        var busy = 100 * (sync.ProcessorTime - before) / Idling;
        var memory = sync.MemoryBytes / MegaByte;
        _figures.Add(new("idle, memory", memory, "MB") { Wanted = "≤ 200 MB", Met = memory <= 200 });
        _figures.Add(new("idle, part of a processor", busy, "%") { Wanted = "≤ 1 %", Met = busy <= 1 });
    }

    private async Task MeasureRestartAsync(ApiServer server, string repository, CancellationToken ct)
    {
        var connection = Kubeconfig.Load(new KubeconfigSource(server.Kubeconfig, null, ""), TimeProvider.System);
        var selections = await SelectionsAsync(connection, ct);
        var (lists, restarts, busy, memory) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var run = 1; run <= options.Runs; run++)
        {
            Say($"Restarting, run {run} of {options.Runs}");
            var started = Stopwatch.GetTimestamp();
            await Download.RunAsync(connection, selections, ct);
            lists.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            await using var sync = await SyncProcess.StartAsync(server, repository, "", ct);
            restarts.Add(sync.UntilReady.TotalSeconds);
            busy.Add(sync.ProcessorTime.TotalSeconds);
            await Task.Delay(Settling, TimeProvider.System, ct);
            memory.Add(sync.MemoryBytes / MegaByte);
        }

        var (list, restart) = (Figures.Median(lists), Figures.Median(restarts));
        _figures.Add(new("(d) list requests of all, bodies thrown away", list, "s"));
        _figures.Add(new("restart to ready, nothing changed", restart, "s")
        {
            Ratio = restart / list,
            Baseline = "(d)",
            Wanted = "≤ 1.5",
            Met = restart <= 1.5 * list,
        });
        _figures.Add(new("its processor time", Figures.Median(busy), "s"));
        _figures.Add(new("idle after it, memory", Figures.Median(memory), "MB"));
    }

    private static async Task<IReadOnlyList<ListSelection>> SelectionsAsync(ClusterConnection connection, CancellationToken ct)
    {
        using var cluster = new ClusterClient(connection, TimeProvider.System);
        return Installation.ReadScope().Selections(await cluster.DiscoverAsync(ct)).Selections;
    }
}
