namespace RunAiDr.Core.Snapshots;

/// <summary>The metrics of the control plane, where they are only looked at.</summary>
public interface IMetricsStore
{
    /// <summary>What it holds.</summary>
    /// <exception cref="RunAiDrException">It cannot be reached or does not answer as a Prometheus.</exception>
    Task<MetricsFacts> FactsAsync(CancellationToken ct);
}
