using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RunAiDr.Benchmarks;

/// <summary><c>runai-dr sync</c> in a process of its own.</summary>
internal sealed class SyncProcess : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly Task _logging;
    private readonly string _log;

    private SyncProcess(Process process, string log)
    {
        (_process, _log) = (process, log);
        _logging = LogAsync();
    }

    /// <summary>From its start to the first "ready".</summary>
    public TimeSpan UntilReady { get; private set; }

    /// <summary>Where it serves.</summary>
    public required Uri Address { get; init; }

    public long MemoryBytes => ChildProcess.Memory(_process.Id, "VmRSS:");

    public long PeakBytes => ChildProcess.Memory(_process.Id, "VmHWM:");

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<SyncProcess> StartAsync(ApiServer server, string repository, string settings, CancellationToken ct)
    {
        var listen = $"127.0.0.1:{FreePort()}";
        var arguments = await Installation.ConfigureAsync(server, repository, $"listen: {listen}\n{settings}", ct);
        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", [ChildProcess.RunAiDr, "sync", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("runai-dr did not start");
        var sync = new SyncProcess(process, Path.ChangeExtension(repository, ".log")) { Address = new Uri($"http://{listen}") };
        try
        {
            await sync.UntilReadyAsync(new Uri(sync.Address, "/readyz"), ct);
            sync.UntilReady = Stopwatch.GetElapsedTime(started);
            return sync;
        }
        catch
        {
            await sync.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as the kubelet does.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await _process.WaitForExitAsync();
        }

        await _logging;
        _process.Dispose();
    }

    private async Task UntilReadyAsync(Uri probe, CancellationToken ct)
    {
        using var http = new HttpClient();
        while (!await IsReadyAsync(http, probe, ct))
        {
            if (_process.HasExited)
            {
                await _logging;
                throw new InvalidOperationException($"runai-dr sync ended: {await File.ReadAllTextAsync(_log, ct)}");
            }

            await Task.Delay(Glance, TimeProvider.System, ct);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri probe, CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(probe, ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }

    private async Task LogAsync()
    {
        await using var log = File.Create(_log);
        await _process.StandardError.BaseStream.CopyToAsync(log);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
