using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RunAiDr.Benchmarks;

/// <summary>
/// The pages of a service that keeps 16,000 objects with several hundred commits: how long they take by turns with
/// <c>/livez</c>, and how much memory the service has more after all of them were looked at.
/// </summary>
internal sealed partial class DashboardBenchmark(BenchOptions options, string folder)
{
    private const double Size = 0.8; // of the sample's 20,000
    private const int Commits = 400;
    private const int Asked = 50;
    private const double MegaByte = 1e6;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<Figure>> RunAsync(CancellationToken ct)
    {
        Say("Filling the installation and its history");
        await using var server = await FilledServer.StartAsync(options, folder, Size * options.Share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        await Installation.RunAsync("export", server, repository, ct);
        var commits = (int)(Commits * options.Share);
        await AddCommitsAsync(repository, 0, commits, ct);
        await using var sync = await SyncProcess.StartAsync(server, repository, "", ct);
        using var http = new HttpClient { BaseAddress = sync.Address };
        await MedianAsync(http, "/livez", ct);
        await Task.Delay(Settling, TimeProvider.System, ct);
        var before = sync.MemoryBytes / MegaByte;
        Say("Opening the pages");
        var first = await TimeAsync(http, "/", ct);
        var (live, page) = (await MedianAsync(http, "/livez", ct), await MedianAsync(http, "/", ct));
        var point = RestorePoint().Match(await http.GetStringAsync(new Uri("/", UriKind.Relative), ct)).Groups["path"].Value;
        var whole = await TimeAsync(http, point, ct);
        await LookAroundAsync(http, ct);
        await Task.Delay(Settling, TimeProvider.System, ct);
        var memory = (sync.MemoryBytes / MegaByte) - before;
        return Results(live, [first, page, await AfterCommitAsync(http, repository, commits, ct), whole], memory, sync.PeakBytes / MegaByte);
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private static Figure[] Results(double live, double[] pages, double memory, double peak) =>
    [
        new("(g) /livez of the service", live, "ms"),
        new("dashboard, first page, the first time", pages[0], "ms") { Ratio = pages[0] / live, Baseline = "(g)" },
        new("dashboard, first page, from then on", pages[1], "ms") { Ratio = pages[1] / live, Baseline = "(g)", Wanted = "≤ 50 ms", Met = pages[1] <= 50 },
        new("dashboard, first page after a commit", pages[2], "ms") { Ratio = pages[2] / live, Baseline = "(g)", Wanted = "≤ 50 ms", Met = pages[2] <= 50 },
        new("dashboard, a whole restore point, the first time", pages[3], "ms") { Ratio = pages[3] / live, Baseline = "(g)" },
        new("dashboard, memory more after a look at everything", memory, "MB") { Wanted = "≤ 50 MB", Met = memory <= 50 },
        new("dashboard, peak memory of the service", peak, "MB"),
    ];

    private static async Task<double> TimeAsync(HttpClient http, string path, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        await http.GetByteArrayAsync(new Uri(path, UriKind.Relative), ct);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<double> MedianAsync(HttpClient http, string path, CancellationToken ct)
    {
        var times = new List<double>();
        for (var run = 0; run < Asked; run++)
        {
            times.Add(await TimeAsync(http, path, ct));
        }

        return Figures.Median(times);
    }

    /// <summary>Goes through the whole history, and opens some of the restore points and resources on its pages.</summary>
    private static async Task LookAroundAsync(HttpClient http, CancellationToken ct)
    {
        for (var next = "/history"; next is not null;)
        {
            var page = await http.GetStringAsync(new Uri(next, UriKind.Relative), ct);
            foreach (var path in RestorePoint().Matches(page).Take(2).Concat(Resource().Matches(page).Take(20)).Select(link => link.Groups["path"].Value))
            {
                await http.GetByteArrayAsync(new Uri(path, UriKind.Relative), ct);
            }

            next = Older().Match(page) is { Success: true } link ? link.Groups["path"].Value : null;
        }

        await http.GetByteArrayAsync(new Uri("/checkpoints", UriKind.Relative), ct);
    }

    private async Task<double> AfterCommitAsync(HttpClient http, string repository, int commits, CancellationToken ct)
    {
        var times = new List<double>();
        for (var run = 0; run < options.Runs; run++)
        {
            await AddCommitsAsync(repository, commits + run, 1, ct);
            times.Add(await TimeAsync(http, "/", ct));
            await Task.Delay(Settling, TimeProvider.System, ct);
        }

        return Figures.Median(times);
    }

    /// <summary>Commits of somebody else, each of which changes one file.</summary>
    private async Task AddCommitsAsync(string repository, int from, int commits, CancellationToken ct)
    {
        var stream = Path.Combine(folder, "dashboard");
        await using (var text = new StreamWriter(stream, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            for (var commit = from; commit < from + commits; commit++)
            {
                var content = string.Create(CultureInfo.InvariantCulture, $"global:\n  domain: runai-{commit}.example.com\n");
                await text.WriteAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"commit refs/heads/main\ncommitter bench <bench@localhost> {TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()} +0000\ndata 6\nchange\n{(commit == from ? "from refs/heads/main^0\n" : "")}M 100644 inline clusters/{Installation.Cluster}/values/runai-cluster.yaml\ndata {content.Length}\n{content}\n"));
            }
        }

        await ChildProcess.RunAsync("sh", ["-c", "exec git -C \"$1\" fast-import --quiet < \"$2\"", "sh", repository, stream], ct);
    }

    [GeneratedRegex("href=\"(?<path>/restore-points/[0-9a-f]{40})\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RestorePoint();

    [GeneratedRegex("href=\"(?<path>/resources/[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Resource();

    [GeneratedRegex("rel=\"next\" href=\"(?<path>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Older();
}
