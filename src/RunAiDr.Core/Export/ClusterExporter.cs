using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>
/// Reads a cluster at one revision into a state tree: what the scope names, in canonical form, without secrets.
/// </summary>
public sealed class ClusterExporter(IClusterReader reader, Scope scope)
{
    internal Scope Scope => scope;

    /// <summary>Which values are secrets besides those that give themselves away.</summary>
    public SecretRules Rules { get; init; } = SecretRules.RunAi();

    /// <summary>Encrypts the secrets; null leaves them out.</summary>
    public SecretSealing? Sealing { get; init; }

    /// <summary>
    /// Fills <paramref name="sink"/>. Reading that fails half way throws, so the sink must then be dropped.
    /// </summary>
    /// <param name="cluster">The name the operator gave the cluster.</param>
    /// <param name="sink">Takes the files; it is reset when the reading starts again at a newer revision.</param>
    /// <param name="ct">Stops the export.</param>
    /// <exception cref="RunAiDrException">The cluster cannot be read whole, or holds what no state tree can.</exception>
    public async Task<ExportReport> ExportAsync(string cluster, IStateSink sink, CancellationToken ct) =>
        (await ReadAsync(cluster, sink, ct)).Report;

    /// <summary>As <see cref="ExportAsync"/>, for a caller who goes on from what was read.</summary>
    internal async Task<ExportedCluster> ReadAsync(string cluster, IStateSink sink, CancellationToken ct)
    {
        var identity = await reader.IdentifyAsync(ct);
        var (selections, lacking) = Scope.Selections(await reader.DiscoverAsync(ct));
        var pass = new ExportPass(Scope, Rules, sink);
        var attempt = 0;
        await foreach (var page in reader.ReadCutAsync(selections, ct))
        {
            if (page.Attempt > attempt)
            {
                if (attempt > 0)
                {
                    sink.Reset();
                    pass = new ExportPass(Scope, Rules, sink);
                }

                attempt = page.Attempt;
            }

            pass.Take(page);
        }

        return new ExportedCluster(pass.Finish(cluster, identity, lacking), selections, pass.Context);
    }
}

/// <summary>What a full export has read, from which list requests, and what it learned of projects and references.</summary>
internal sealed record ExportedCluster(
    ExportReport Report, IReadOnlyList<ListSelection> Selections, ExportContext Context);
