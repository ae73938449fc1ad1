using System.Diagnostics;
using System.Globalization;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Dumps;
using RunAiDr.Data.Postgres;

namespace RunAiDr.Benchmarks;

/// <summary>Takes snapshots of a database by turns with a plain pg_dump of it to a file.</summary>
internal sealed class DumpBenchmark(BenchOptions options, string folder)
{
    private const double MegaByte = 1e6;

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        var tools = await DumpTools.FindAsync(null, ct);
        Say("Filling a database");
        await using var server = await DatabaseServer.StartAsync(tools, options.Share, ct);
        var recipients = Path.Combine(folder, "recipients");
        await File.WriteAllTextAsync(recipients, await NewRecipientAsync(ct), ct);
        var (plain, ours, encrypted) = (new List<double>(), new List<double>(), new List<double>());
        var size = 0L;
        for (var run = 0; run <= options.Runs; run++)
        {
            Say(run == 0 ? "Warming up" : $"Dumping, run {run} of {options.Runs}");
            var first = await PlainAsync(tools, server, ct);
            (var second, size) = await TakeAsync(server, null, ct);
            var (third, _) = await TakeAsync(server, recipients, ct);
            if (run > 0)
            {
                plain.Add(first);
                ours.Add(second);
                encrypted.Add(third);
            }
        }

        return Results(size, Figures.Median(plain), Figures.Median(ours), Figures.Median(encrypted));
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private static Figure[] Results(long size, double plain, double ours, double encrypted) =>
    [
        new("size of the database", size / MegaByte, "MB"),
        new("(e) pg_dump --format=custom to a file", size / plain / MegaByte, "MB/s"),
        new("pgdump snapshot to a folder, time", ours, "s")
        {
            Ratio = ours / plain,
            Baseline = "(e)",
            Wanted = "≤ 1.10",
            Met = ours <= 1.1 * plain,
        },
        new("the same, rate", size / ours / MegaByte, "MB/s"),
        new("the same encrypted, time", encrypted, "s") { Ratio = encrypted / plain, Baseline = "(e)" },
        new("this process, peak memory", ChildProcess.Memory(Environment.ProcessId, "VmHWM:") / MegaByte, "MB"),
    ];

    private async Task<double> PlainAsync(DumpTools tools, DatabaseServer server, CancellationToken ct)
    {
        var file = Path.Combine(folder, "plain.dump");
        var run = await ChildProcess.RunAsync(
            tools.Dump,
            ["--format=custom", "--host=127.0.0.1", $"--port={server.Port.ToString(CultureInfo.InvariantCulture)}", "--username=postgres", $"--file={file}", DatabaseServer.Database],
            ct);
        File.Delete(file);
        return run.Elapsed.TotalSeconds;
    }

    private async Task<(double Seconds, long Size)> TakeAsync(DatabaseServer server, string? recipients, CancellationToken ct)
    {
        using var provider = new PgDumpSnapshots(
            new PostgresConnector(server.Options), new DumpOptions { Directory = Path.Combine(folder, "dumps"), RecipientsFile = recipients }, TimeProvider.System);
        var started = Stopwatch.GetTimestamp();
        var outcomes = await provider.TakeAsync(
            new SnapshotRequest(Installation.Cluster, "bench", [SnapshotComponent.Database]), new Progress<SnapshotProgress>(), ct);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var reference = outcomes[0].Reference ?? throw new InvalidOperationException(outcomes[0].Failure);
        await provider.DeleteAsync(reference.Location, ct);
        return (seconds, reference.Fingerprint?.Databases[0].Bytes ?? 0);
    }

    private async Task<string> NewRecipientAsync(CancellationToken ct)
    {
        var identity = Path.Combine(folder, "identity");
        await ChildProcess.RunAsync("age-keygen", ["-o", identity], ct);
        return (await ChildProcess.RunAsync("age-keygen", ["-y", identity], ct)).Output;
    }
}
