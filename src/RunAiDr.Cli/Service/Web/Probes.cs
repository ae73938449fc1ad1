using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using RunAiDr.Core.Sync;

namespace RunAiDr.Cli.Service.Web;

/// <summary>What a kubelet and a Prometheus ask: <c>/livez</c>, <c>/readyz</c> with reasons, <c>/metrics</c>.</summary>
internal static class Probes
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
    private static readonly double[] Lags = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

    public static void Add(IServiceCollection services) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(SyncMeters.Name, "System.Runtime")
            .AddView(instrument => instrument.Name.EndsWith(".lag", StringComparison.Ordinal)
                ? new ExplicitBucketHistogramConfiguration { Boundaries = Lags } : null)
            .AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false));

    public static void Map(IEndpointRouteBuilder web, Func<ServiceStatus> status, Access access)
    {
        web.MapMethods("/livez", Methods, http => Gate.TellAsync(http, StatusCodes.Status200OK, "ok")).WithMetadata(new OpenToAll());
        web.MapMethods("/readyz", Methods, http => ReadyAsync(http, status(), access)).WithMetadata(new OpenToAll());
        web.MapPrometheusScrapingEndpoint("/metrics");
    }

    private static async Task ReadyAsync(HttpContext http, ServiceStatus status, Access access)
    {
        var code = status.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

        // A kubelet needs the code; the reasons name clusters, resources and hosts.
        var text = await access.OfAsync(http) == Verdict.Granted
            ? string.Join('\n', status.Lines())
            : status.Ready ? "ok" : "unready";
        await Gate.TellAsync(http, code, text);
    }
}
