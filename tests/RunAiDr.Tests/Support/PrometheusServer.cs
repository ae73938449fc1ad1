using System.Diagnostics;
using System.Globalization;
using RunAiDr.Sandbox.Envtest;
using RunAiDr.Tests.Git.Remote;

namespace RunAiDr.Tests.Support;

/// <summary>A real Prometheus of its own on a loopback port, which scrapes nothing; gone with the test.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly TestDirectory _directory = new();
    private BackgroundProgram? _process;

    private PrometheusServer(string prefix) => Url = new Uri($"http://127.0.0.1:{FreePort.Next()}{prefix}/");

    /// <summary>Ends in a slash.</summary>
    public Uri Url { get; }

    /// <param name="openMetrics">The samples it holds, in the OpenMetrics format with time stamps; null for none.</param>
    /// <param name="configuration">Its prometheus.yml.</param>
    /// <param name="arguments">More arguments, such as <c>--storage.tsdb.retention.time=20y</c>.</param>
    public static async Task<PrometheusServer> StartAsync(string? openMetrics, string configuration, params string[] arguments)
    {
        const string prefix = "--web.route-prefix=";
        var server = new PrometheusServer(arguments.FirstOrDefault(a => a.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..] ?? "");
        try
        {
            await server.BeginAsync(openMetrics, configuration, arguments);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }

    private async Task BeginAsync(string? openMetrics, string configuration, string[] arguments)
    {
        var (data, file) = (_directory.File("data"), _directory.File("prometheus.yml"));
        await File.WriteAllTextAsync(file, configuration);
        if (openMetrics is not null)
        {
            var samples = _directory.File("samples");
            await File.WriteAllTextAsync(samples, openMetrics.ReplaceLineEndings("\n") + "\n# EOF\n");
            await RunAsync("promtool", "tsdb", "create-blocks-from", "openmetrics", samples, data);
        }

        _process = BackgroundProgram.Start(
            "prometheus",
            [
                $"--config.file={file}", $"--storage.tsdb.path={data}", "--log.level=warn",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{Url.Port}"), .. arguments,
            ],
            GitHttpServer.Missing);
        await WaitAsync(_process);
    }

    private async Task WaitAsync(BackgroundProgram process)
    {
        await GitHttpServer.WaitAsync(Url.Port, [process]);
        using var http = new HttpClient();
        for (var attempt = 0; attempt < 400; attempt++)
        {
            using var answer = await http.GetAsync(new Uri(Url, "-/ready"));
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        }

        throw new TimeoutException("Prometheus does not become ready");
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}{await output}");
    }
}
