using RunAiDr.Benchmarks;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = true;
    stop.Cancel();
};
if (args is ["serve", var kubeconfig, .. var share])
{
    return await SandboxProcess.ServeAsync(kubeconfig, share is [var given] ? BenchOptions.Number(given) : 0, stop.Token);
}

if (BenchOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(BenchOptions.Usage);
    return 2;
}

var folder = Directory.CreateTempSubdirectory("runai-dr-bench-").FullName;
try
{
    var figures = new List<Figure>();
    if (options.Export)
    {
        figures.AddRange(await new Benchmark(options, folder).RunAsync(stop.Token));
    }

    if (options.Sync)
    {
        figures.AddRange(await new ChangeBenchmark(options, folder).RunAsync(stop.Token));
        figures.AddRange(await new IdleBenchmark(options, folder).RunAsync(stop.Token));
    }

    if (options.Dump)
    {
        figures.AddRange(await new DumpBenchmark(options, folder).RunAsync(stop.Token));
    }

    if (options.Drift)
    {
        figures.AddRange(await new DriftBenchmark(options, folder).RunAsync(stop.Token));
    }

    if (options.History)
    {
        figures.AddRange(await new HistoryBenchmark(options, folder).RunAsync(stop.Token));
    }

    Figures.Print(figures, options.Json, Console.Out);
    return 0;
}
catch (InvalidOperationException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}
