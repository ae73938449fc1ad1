using RunAiDr.Cli.Configuration;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Forwarding;
using RunAiDr.Core.Snapshots;
using RunAiDr.Data.Metrics;

namespace RunAiDr.Cli;

/// <summary>The metrics of a release: asked where the configuration says, or through its Thanos query.</summary>
internal sealed class ReleaseMetrics(SnapshotConfig config, ClusterClient cluster, bool inside, TimeProvider clock) : IMetricsStore
{
    private const int Port = 9090;

    public async Task<MetricsFacts> FactsAsync(CancellationToken ct)
    {
        var service = $"{config.Csi.Release}-thanos-query";
        var options = new PrometheusOptions
        {
            Url = config.PrometheusUrl ?? new Uri($"http://{service}.{config.Csi.Namespace}.svc:{Port}"),
        };
        if (config.PrometheusUrl is not null || inside)
        {
            return await new PrometheusStore(options, clock).FactsAsync(ct);
        }

        await using var forward = await PortForward.OpenAsync(cluster, config.Csi.Namespace, service, Port, ct);
        return await new PrometheusStore(options with { Dial = forward.Local, Trouble = () => forward.Trouble }, clock).FactsAsync(ct);
    }
}
