using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Cli.Service.Web;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service.Web;

/// <summary>The web server of the service on a free port of loopback, and clients that trust whatever certificate it shows.</summary>
internal sealed class WebScene : IAsyncDisposable
{
    /// <summary>A token that must be found nowhere.</summary>
    public const string Token = "canary-web-token-0d1f7b";

    private readonly WebApplication _web;
    private readonly TestDirectory _folder;
    private readonly SocketsHttpHandler _handler = new()
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        PooledConnectionLifetime = TimeSpan.Zero,
    };

    private WebScene(WebApplication web, TestDirectory folder, LogLines log)
    {
        (_web, _folder, Log) = (web, folder, log);
        Url = new Uri(web.Urls.Single());
        Http = new HttpClient(_handler) { BaseAddress = Url };
    }

    public static ServiceStatus Broken { get; } = new(true, null, [], new PushStatus(3, TimeSpan.FromMinutes(1), "canary-reason"));

    public Uri Url { get; }

    public HttpClient Http { get; }

    public LogLines Log { get; }

    /// <summary>A digest as a tokens file has it.</summary>
    public static string DigestOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Everybody on loopback, unless the configuration says more.</summary>
    /// <param name="configure">Adds to the configuration.</param>
    /// <param name="reviews">Decides about tokens.</param>
    /// <param name="clock">Of the server.</param>
    /// <param name="log">Where it logs.</param>
    public static async Task<WebScene> StartAsync(
        Func<WebConfig, TestDirectory, WebConfig>? configure = null, Judge? reviews = null, TimeProvider? clock = null, LogLines? log = null)
    {
        var folder = new TestDirectory();
        var process = Processes.At(folder.Path).Context with { Clock = clock ?? TimeProvider.System };
        var config = new WebConfig(new IPEndPoint(IPAddress.Loopback, 0));
        var state = new StateReader(() => new DrConfig { Clusters = [new ClusterConfig("prod")], Repository = folder.File("dr.git") }, process.Clock);
        log ??= new LogLines();
        try
        {
            var web = await new WebServer(configure?.Invoke(config, folder) ?? config, process, log).StartAsync(
                () => Broken, state, reviews ?? ((_, _, _) => ValueTask.FromResult(Verdict.Undecided)), CancellationToken.None);
            return new WebScene(web, folder, log);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>With TLS, and a file that knows <see cref="Token"/>.</summary>
    public static Task<WebScene> ExposedAsync(TimeProvider? clock = null) => StartAsync(
        (config, folder) =>
        {
            File.WriteAllText(folder.File("tokens"), $"# people\n\nprometheus: {DigestOf(Token)}\n");
            return config with { TokensFile = folder.File("tokens") };
        },
        clock: clock);

    public string FileOf(string name) => _folder.File(name);

    public Task<WebAnswer> GetAsync(string path, string? token = null) => SendAsync("GET", path, token);

    public async Task<WebAnswer> SendAsync(string method, string path, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        foreach (var (name, value) in token is null ? headers : [("Authorization", $"Bearer {token}"), .. headers])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Http.SendAsync(request);
        return new WebAnswer(
            (int)answer.StatusCode,
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _handler.Dispose();
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _web.StopAsync(atOnce.Token);
        await _web.DisposeAsync();
        _folder.Dispose();
    }
}

internal sealed record WebAnswer(int Code, IReadOnlyDictionary<string, string> Headers, string Text);

/// <summary>Keeps what is logged, at every level.</summary>
internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{eventId.Id} {formatter(state, exception)} {exception}");
}
