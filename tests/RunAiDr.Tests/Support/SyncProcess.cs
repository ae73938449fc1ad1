using System.Diagnostics;
using System.Text;

namespace RunAiDr.Tests.Support;

/// <summary><c>runai-dr sync</c>, or another command, as a process of its own, which may be killed.</summary>
internal sealed class SyncProcess : IAsyncDisposable
{
    private static readonly string[] Served = ["/metrics", "/readyz", "/", "/history", "/api/checkpoints", "/coverage", "/api/coverage"];

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly HttpClient _http;
    private readonly string _config;
    private readonly int _port;

    private SyncProcess(Process process, string config, int port)
    {
        (_process, _config, _port) = (process, config, port);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public bool HasEnded => _process.HasExited;

    public int Id => _process.Id;

    /// <summary>Starts it with a configuration whose text ends with a free <c>listen</c> address.</summary>
    public static SyncProcess Start(string folder, string config)
    {
        var port = FreePort.Next();
        var path = Path.Combine(folder, $"sync-{port}.yaml");
        Write(path, config, port);
        return Start(folder, path, port, "sync", "--config", path);
    }

    /// <summary>Starts any command in a folder.</summary>
    public static SyncProcess StartCommand(string folder, params string[] arguments) => Start(folder, "", 0, arguments);

    private static SyncProcess Start(string folder, string config, int port, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "runai-dr.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = folder;
        TestDirectory.LetPass(folder);
        start.Environment["TMPDIR"] = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName;

        // Otherwise it leaves sockets and pipes there, which nobody can read as files.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new SyncProcess(Process.Start(start)!, config, port);
    }

    public Task<(int Code, string Text)> ReadyAsync() => GetAsync("/readyz");

    public Task<string> MetricsAsync() => _http.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    public async Task<(int Code, string Text)> GetAsync(string path)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return (0, failure.Message);
        }
    }

    public async Task UntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var ready = await ReadyAsync();
        while (ready.Code != 200)
        {
            if (limit.IsCancellationRequested || HasEnded)
            {
                Assert.Fail($"{ready}\n{Log}");
            }

            await Task.Delay(50, CancellationToken.None);
            ready = await ReadyAsync();
        }
    }

    /// <summary>As <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As the kubelet does, and gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Gives it another configuration, as an operator with <c>kill -HUP</c>.</summary>
    public Task ReconfigureAsync(string config)
    {
        Write(_config, config, _port);
        return SignalAsync("HUP");
    }

    public async ValueTask DisposeAsync()
    {
        var answers = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!_process.HasExited)
        {
            // It may be stopped already, by the test and on purpose.
            foreach (var path in Served)
            {
                answers[path] = (await GetAsync(path)).Text;
            }

            await KillAsync();
        }

        _process.Dispose();
        _http.Dispose();
        EndToEndCanaries.AssertNoneIn(Log, "the log");
        foreach (var (path, text) in answers)
        {
            EndToEndCanaries.AssertNoneIn(text, path);
        }
    }

    private static void Write(string path, string config, int port) =>
        File.WriteAllText(path, $"{config}\nlisten: 127.0.0.1:{port}\n");

    private void Note(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
