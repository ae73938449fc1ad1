using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using RunAiDr.Core;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cli.Service;

/// <summary>What a kubelet and a Prometheus ask: <c>/livez</c>, <c>/readyz</c> with reasons, <c>/metrics</c>.</summary>
internal static class Probes
{
    private static readonly double[] Lags = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

    /// <exception cref="RunAiDrException">The address is taken or not this machine's.</exception>
    public static async Task<WebApplication> StartAsync(System.Net.IPEndPoint listen, Func<ServiceStatus> status, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(SyncMeters.Name, "System.Runtime")
            .AddView(instrument => instrument.Name.EndsWith(".lag", StringComparison.Ordinal)
                ? new ExplicitBucketHistogramConfiguration { Boundaries = Lags } : null)
            .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false));
        var web = builder.Build();
        web.MapGet("/livez", () => "ok\n");
        web.MapGet("/readyz", (HttpContext http) => ReadyAsync(http, status()));
        web.MapPrometheusScrapingEndpoint("/metrics");
        try
        {
            await web.StartAsync(ct);
            return web;
        }
        catch (IOException failure)
        {
            await web.DisposeAsync();
            throw new RunAiDrException(
                Fault.Configuration, $"Cannot listen on {listen}: {failure.Message}", "Choose another address with `listen` in the configuration.", failure);
        }
    }

    private static Task ReadyAsync(HttpContext http, ServiceStatus status)
    {
        http.Response.StatusCode = status.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(string.Join('\n', status.Lines()) + "\n", http.RequestAborted);
    }
}
