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

    /// <summary>Where the forms of one export are kept for the next, so that what is the same costs little; null keeps none.</summary>
    public IFormMemory? Memory { get; init; }

    internal Action<ResourceHead, ScopeDecision>? Decided { get; private init; }

    /// <summary>
    /// Fills <paramref name="sink"/>. Reading that fails half way throws, so the sink must then be dropped.
    /// </summary>
    /// <param name="cluster">The name the operator gave the cluster.</param>
    /// <param name="sink">Takes the files; it is reset when the reading starts again at a newer revision.</param>
    /// <param name="ct">Stops the export.</param>
    /// <exception cref="RunAiDrException">The cluster cannot be read whole, or holds what no state tree can.</exception>
    public Task<ExportReport> ExportAsync(string cluster, IStateSink sink, CancellationToken ct) =>
        ExportAsync(cluster, sink, null, ct);

    /// <summary>As above, onto the last restore point: secrets that it holds encrypted stay as they are there.</summary>
    /// <param name="cluster">The name the operator gave the cluster.</param>
    /// <param name="sink">Takes the files.</param>
    /// <param name="tip">The restore point that the next commit follows; null when there is none.</param>
    /// <param name="ct">Stops the export.</param>
    /// <exception cref="RunAiDrException">As above, or secrets cannot be encrypted, or are encrypted no more.</exception>
    public async Task<ExportReport> ExportAsync(string cluster, IStateSink sink, IStateTree? tip, CancellationToken ct) =>
        (await ReadAsync(cluster, sink, tip, ct)).Report;

    /// <summary>This exporter for what is compared and not kept: it encrypts nothing.</summary>
    public ClusterExporter ForComparison() =>
        new(reader, Scope) { Rules = Rules, Sealing = Sealing is null ? null : Sealing with { Cipher = null }, Memory = Memory };

    /// <summary>This exporter for what is not kept: it tells what the scope makes of each resource that it reads.</summary>
    internal ClusterExporter Telling(IClusterReader from, Action<ResourceHead, ScopeDecision> decided) =>
        new(from, Scope) { Rules = Rules, Decided = decided };

    /// <summary>As <see cref="ExportAsync(string, IStateSink, IStateTree?, CancellationToken)"/>, for a caller who goes on from what was read.</summary>
    internal async Task<ExportedCluster> ReadAsync(string cluster, IStateSink sink, IStateTree? tip, CancellationToken ct)
    {
        CheckNoneIsDropped(cluster, tip);
        var identity = await reader.IdentifyAsync(ct);
        var (selections, lacking) = Scope.Selections(await reader.DiscoverAsync(ct));
        var kept = Memory?.Load(cluster);
        var (pass, known) = NewPass(kept, lacking, sink, tip);
        var attempt = 0;
        await foreach (var page in reader.ReadCutAsync(selections, ct))
        {
            if (page.Attempt > attempt)
            {
                if (attempt > 0)
                {
                    sink.Reset();
                    (pass, known) = NewPass(kept, lacking, sink, tip);
                }

                attempt = page.Attempt;
            }

            pass.Take(page);
        }

        var report = await pass.FinishAsync(cluster, identity, ct);
        if (known?.HasNews == true)
        {
            Memory?.Keep(cluster, known.ToBytes());
        }

        return new ExportedCluster(report, selections, pass.Context);
    }

    private (ExportPass Pass, KnownForms? Known) NewPass(
        byte[]? kept, IReadOnlyList<string> lacking, IStateSink sink, IStateTree? tip)
    {
        var known = Memory is null ? null : KnownForms.Read(kept, Rules);
        return (new ExportPass(this, known, sink, tip) { Lacking = lacking }, known);
    }

    private void CheckNoneIsDropped(string cluster, IStateTree? tip)
    {
        if (Sealing?.Cipher is null && tip?.Files.FirstOrDefault(file => SealedFiles.DocumentOf(file.Path) is not null) is { } file)
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"The last restore point of cluster {cluster} holds encrypted secrets ({file.Path}), and the configuration "
                + "does not say for whom to encrypt: this export would drop them.",
                "Set secrets.recipientsFile and secrets.hmacKeyFile. If the secrets are to go, remove "
                + $"clusters/{cluster}/{StateFolder.Secrets} from the branch of record first.");
        }
    }
}

/// <summary>What a full export has read, from which list requests, and what it learned of projects and references.</summary>
internal sealed record ExportedCluster(
    ExportReport Report, IReadOnlyList<ListSelection> Selections, ExportContext Context);
