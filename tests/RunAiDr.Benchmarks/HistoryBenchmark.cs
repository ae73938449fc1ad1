using System.Globalization;
using System.Text;

namespace RunAiDr.Benchmarks;

/// <summary>The history of one resource among many commits, by turns with <c>git log</c> of its file.</summary>
internal sealed class HistoryBenchmark(BenchOptions options, string folder)
{
    private const int Projects = 200;
    private const int Resources = 20;
    private const int Commits = 100_000;
    private const double MegaByte = 1e6;
    private const string Path = "namespaces/runai-project-7/configmaps/settings-3.yaml";

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        var commits = (int)(Commits * options.Share);
        Say($"Making {commits} commits");
        var repository = await CreateAsync(commits, ct);
        var config = System.IO.Path.Combine(folder, "history.yaml");
        await File.WriteAllTextAsync(config, $"cluster: {Installation.Cluster}\nrepository: {repository}\n", ct);
        Say("Asking for the first time");
        var first = await HistoryAsync(config, ct);
        var (log, ours, peaks) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 1; run <= options.Runs; run++)
        {
            Say($"Asking, run {run} of {options.Runs}");
            log.Add((await LogAsync(repository, ct)).Elapsed.TotalSeconds);
            var history = await HistoryAsync(config, ct);
            ours.Add(history.Elapsed.TotalSeconds);
            peaks.Add(history.PeakBytes / MegaByte);
        }

        return Results(commits, first.Elapsed.TotalSeconds, Figures.Median(log), Figures.Median(ours), Figures.Median(peaks));
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private static Figure[] Results(int commits, double first, double log, double ours, double peak) =>
    [
        new($"(f) git log of one file, {commits} commits", log, "s"),
        new("history of it, the first time", first, "s") { Ratio = first / log, Baseline = "(f)" },
        new("history of it, from then on", ours, "s")
        {
            Ratio = ours / log,
            Baseline = "(f)",
            Wanted = "≤ 3.0, ≤ 2 s",
            Met = ours <= 3 * log && ours <= 2,
        },
        new("history, peak memory", peak, "MB"),
    ];

    private static Task<ChildProcess> LogAsync(string repository, CancellationToken ct) =>
        ChildProcess.RunAsync("git", ["-C", repository, "log", "--format=%H", "main", "--", $"clusters/{Installation.Cluster}/{Path}"], ct);

    private static Task<ChildProcess> HistoryAsync(string config, CancellationToken ct) =>
        ChildProcess.RunAsync("dotnet", [ChildProcess.RunAiDr, "history", Path, "--config", config], ct);

    /// <summary>Every resource in the first commit, then one changed in each.</summary>
    private async Task<string> CreateAsync(int commits, CancellationToken ct)
    {
        var stream = System.IO.Path.Combine(folder, "history");
        await using (var text = new StreamWriter(stream, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            for (var commit = 0; commit < commits; commit++)
            {
                await text.WriteAsync(string.Create(
                    CultureInfo.InvariantCulture, $"commit refs/heads/main\ncommitter bench <bench@localhost> {1_700_000_000 + commit} +0000\ndata 6\nchange\n"));
                await text.WriteAsync(commit == 0 ? Every() : Change(commit * 7919 % (Projects * Resources), commit));
            }
        }

        var repository = await Repositories.CreateAsync(folder, ct);
        await ChildProcess.RunAsync("sh", ["-c", "exec git -C \"$1\" fast-import --quiet < \"$2\"", "sh", repository, stream], ct);
        return repository;
    }

    private static string Every() => string.Concat(
        Enumerable.Range(0, Projects * Resources).Select(resource => Change(resource, 0)).Prepend(Inline("restore-point.yaml", "formatVersion: 1\n")));

    private static string Change(int resource, int value) => Inline(
        string.Create(CultureInfo.InvariantCulture, $"namespaces/runai-project-{resource / Resources}/configmaps/settings-{resource % Resources}.yaml"),
        string.Create(CultureInfo.InvariantCulture, $"apiVersion: v1\ndata:\n  value: \"{value}\"\nkind: ConfigMap\n"));

    private static string Inline(string path, string content) => string.Create(
        CultureInfo.InvariantCulture, $"M 100644 inline clusters/{Installation.Cluster}/{path}\ndata {content.Length}\n{content}\n");
}
