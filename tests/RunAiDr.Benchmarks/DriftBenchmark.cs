using System.Diagnostics;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;

namespace RunAiDr.Benchmarks;

/// <summary>Compares 16,000 unchanged resources with their restore point, beside merely listing them.</summary>
internal sealed class DriftBenchmark(BenchOptions options, string folder)
{
    private const double Size = 0.8; // of the sample's 20,000

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        await using var server = await FilledServer.StartAsync(options, folder, Size * options.Share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        await Installation.RunAsync("export", server, repository, ct);
        var connection = Kubeconfig.Load(new KubeconfigSource(server.Kubeconfig, null, ""), TimeProvider.System);
        using var cluster = new ClusterClient(connection, TimeProvider.System);
        var selections = Installation.ReadScope().Selections(await cluster.DiscoverAsync(ct)).Selections;
        await Download.RunAsync(connection, selections, ct); // the first one warms server and client up
        var (lists, drifts) = (new List<double>(), new List<double>());
        for (var run = 1; run <= options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"Comparing, run {run} of {options.Runs}");
            var started = Stopwatch.GetTimestamp();
            await Download.RunAsync(connection, selections, ct);
            lists.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            drifts.Add(await DriftAsync(server, repository, ct));
        }

        var (list, drift) = (Figures.Median(lists), Figures.Median(drifts));
        return
        [
            new("(d) listing of the scope", list, "s"),
            new("drift of unchanged resources", drift, "s")
            {
                Ratio = drift / list,
                Baseline = "(d)",
                Wanted = "≤ 1.5",
                Met = drift <= 1.5 * list,
            },
        ];
    }

    private static async Task<double> DriftAsync(ApiServer server, string repository, CancellationToken ct)
    {
        var drift = await Installation.RunAsync("drift --output json", server, repository, ct);
        return JsonNode.Parse(drift.Output)?["differences"]?.AsArray().Count == 0
            ? drift.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"runai-dr drift printed {drift.Output}");
    }
}
