using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Restoring;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Helm;
using RunAiDr.Cluster.Snapshots;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Export;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Mapping;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.Snapshots;
using RunAiDr.Core.State;
using RunAiDr.Git;

namespace RunAiDr.Cli;

/// <summary>The composition root: everything a command works with, made from the configuration.</summary>
internal sealed class Session : IDisposable
{
    private readonly ClusterConfig _chosen;
    private readonly Invocation _invocation;
    private readonly ClusterConnection _connection;
    private readonly bool _inside;
    private readonly TimeProvider _clock;

    private Session(DrConfig config, ClusterConfig chosen, SecretSealing? sealing, Invocation invocation)
    {
        (Config, _chosen, _clock) = (config, chosen, invocation.Process.Clock);
        _invocation = invocation;
        _connection = Connections.Of(invocation, chosen);
        _inside = Connections.IsInside(invocation, _connection);
        Scope = Connections.ScopeOf(chosen);
        Store = GitStateStore.Open(StoreOptions(config, chosen.Name), _clock);
        Cluster = new ClusterClient(_connection, _clock);
        Exporter = new ClusterExporter(Cluster, Scope) { Rules = Connections.RulesOf(chosen), Sealing = sealing, Memory = Store.Forms };
    }

    public DrConfig Config { get; }

    /// <summary>Name of the cluster.</summary>
    public string Name => _chosen.Name;

    /// <summary>Component → how old its recovery point may be; null for any age.</summary>
    public IReadOnlyDictionary<SnapshotComponent, TimeSpan?> Objectives => _chosen.Snapshots.Objectives;

    public GitStateStore Store { get; }

    public ClusterClient Cluster { get; }

    public ClusterExporter Exporter { get; }

    /// <summary>What is exported, and so what may be restored.</summary>
    public Scope Scope { get; }

    /// <exception cref="RunAiDrException">The configuration, scope, repository or kubeconfig is wrong.</exception>
    public static Session Open(Invocation invocation)
    {
        var config = ReadConfig(invocation);
        return Of(config, ChosenOf(invocation, config), config.Sealing?.ToCompare(), invocation);
    }

    /// <summary>As <see cref="Open"/>, to write restore points: with what encrypts their secrets.</summary>
    /// <exception cref="RunAiDrException">As above, or secrets cannot be encrypted or commits signed as configured.</exception>
    public static async Task<Session> OpenToWriteAsync(Invocation invocation, CancellationToken ct)
    {
        var config = ReadConfig(invocation);
        var cluster = ChosenOf(invocation, config);
        GitStateStore.EnsureCanSign(StoreOptions(config));
        return Of(config, cluster, config.Sealing is { } sealing ? await sealing.OpenAsync(ct) : null, invocation);
    }

    /// <summary>For one cluster of the configuration.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    public static Session Of(DrConfig config, ClusterConfig cluster, SecretSealing? sealing, Invocation invocation) =>
        new(config, cluster, sealing, invocation);

    // Where the release of the control plane is on the cluster that this session works on.
    private SnapshotConfig Snapshots => _chosen.Snapshots with
    {
        Csi = _chosen.Snapshots.Csi with { Namespace = _invocation.Mapping.Namespace(_chosen.Snapshots.Csi.Namespace) },
    };

    /// <summary>Reaches for database, metrics and snapshot storage of the cluster.</summary>
    /// <exception cref="RunAiDrException">The database of the release cannot be found or reached.</exception>
    public Task<DataSources> OpenDataAsync(CancellationToken ct) =>
        DataSources.OpenAsync(Snapshots, Cluster, _inside, _clock, ct);

    /// <summary>As <see cref="OpenDataAsync"/>, to check, list and delete snapshots.</summary>
    /// <exception cref="RunAiDrException">The database is what tells, and cannot be found or reached.</exception>
    public Task<DataSources> OpenStorageAsync(CancellationToken ct) =>
        DataSources.OpenStorageAsync(_chosen.Snapshots, Cluster, _inside, _clock, ct);

    /// <summary>To look at dumps before there is a database to restore them into; null when the configuration names no place of dumps.</summary>
    public IDatabaseRestorer? DumpsBefore() => DataSources.RestorerOf(_chosen.Snapshots, DataSources.Nowhere(_chosen.Snapshots), _clock);

    /// <summary>Whether the configuration says how the database is reached.</summary>
    public bool HasDatabase => _chosen.Snapshots.Components.ContainsKey(SnapshotComponent.Database);

    /// <summary>Whether the database comes with the release of the control plane.</summary>
    public bool DatabaseIsOfRelease => _chosen.Snapshots.Database.Host is null;

    /// <summary>Where the cluster is.</summary>
    public Uri Server => _connection.Server;

    /// <summary>What the signature of a restore point proves.</summary>
    /// <exception cref="RunAiDrException">It cannot be checked.</exception>
    public SignatureCheck CheckSignature(string reference, CommitId restorePoint) =>
        SignatureCheck.Of(Store, Config.Signatures, Name, reference, restorePoint);

    /// <summary>To be asked before the first step that leaves something behind.</summary>
    /// <exception cref="RunAiDrException">Commits could not be signed as the configuration wants it.</exception>
    public void EnsureCanSign() => GitStateStore.EnsureCanSign(StoreOptions(Config));

    /// <summary>What restores the parts of a restore point that are no resources.</summary>
    /// <param name="data">Database and metrics of the target.</param>
    public RestoreTools RestoreTools(IRestoredData data)
    {
        var (kubeconfig, _) = Connections.Chosen(_invocation, _chosen);
        var restore = _chosen.Restore;
        return new RestoreTools
        {
            Volumes = new VolumeRestorer(Cluster, _clock),
            Helm = new HelmProgram(new HelmOptions { Program = restore.HelmProgram, Kubeconfig = kubeconfig, Context = _connection.Context }, Cluster, _clock),
            Workloads = new Workloads(Cluster, _clock),
            Data = data,
            Charts = new ChartSources(restore.ControlPlaneChart, restore.ClusterChart),
            ReleaseLimit = restore.HelmTimeout,
            VolumeLimit = LongerOf(TimeSpan.FromMinutes(30), _chosen.Snapshots.Csi.Timeout),
        };
    }

    /// <summary>What would be restored, and every check, with that of the saved cluster.</summary>
    /// <exception cref="RunAiDrException">The target cannot be reached.</exception>
    public async Task<RehydrationPlan> PlanAsync(IStateTree tree, RehydrationOptions options, bool allowConnected, CancellationToken ct)
    {
        var plan = await new Planner(Cluster, _clock, Scope, RestoreTools(new RestoredData(this))).PlanAsync(tree, options, ct);
        var old = await OldCluster.CheckAsync(_invocation, _chosen, _connection, plan.RestorePoint.Info, allowConnected, ct);
        return plan with { Checks = [.. plan.Checks, .. old] };
    }

    private static TimeSpan LongerOf(TimeSpan a, TimeSpan b) => a > b ? a : b;

    public static DrConfig ReadConfig(Invocation invocation)
    {
        var config = new ConfigReader(invocation.PathOf(invocation.Get(invocation.Globals.Config)!), invocation.Process.Environment).Read();
        return invocation.RequiresSignature ? config with { Signatures = config.Signatures.Requiring() } : config;
    }

    /// <param name="config">The configuration.</param>
    /// <param name="cluster">Whose commits go to a branch of its own in review mode; null for what only reads, or is of no cluster.</param>
    public static GitStateOptions StoreOptions(DrConfig config, string? cluster = null) => new()
    {
        Path = config.Repository,
        Branch = config.Branch,
        ReviewedCluster = config.Review is null ? null : cluster,
        AuthorName = config.AuthorName,
        AuthorEmail = config.AuthorEmail,
        Signing = config.Signatures.Signing,
        Trusted = config.Signatures.Trusted,
        RequiresSignatures = config.Signatures.Required,
    };

    /// <summary>The cluster that --cluster names, or the only one.</summary>
    public static ClusterConfig ChosenOf(Invocation invocation, DrConfig config)
    {
        var known = string.Join(", ", config.Clusters.Select(cluster => cluster.Name));
        var wanted = invocation.Get(invocation.Globals.Cluster);
        if (wanted is null && config.Clusters.Count > 1)
        {
            throw new RunAiDrException(
                Fault.Configuration, "The configuration has several clusters", $"Choose one with --cluster: {known}.");
        }

        return config.Clusters.FirstOrDefault(cluster => wanted is null || cluster.Name == wanted)
            ?? throw new RunAiDrException(
                Fault.Configuration, $"The configuration has no cluster {wanted}", $"It has {known}.");
    }

    /// <summary>Exports the live cluster beside a restore point.</summary>
    public async Task<StateDifferences> CompareAsync(IStateTree restorePoint, CancellationToken ct)
    {
        // Under other names secrets have other MACs.
        var comparison = new LiveComparison(restorePoint, Exporter.Sealing is not null && restorePoint is not MappedStateTree);
        await Exporter.ForComparison().ExportAsync(Name, comparison, ct);
        return comparison.Finish();
    }

    public void Dispose()
    {
        Cluster.Dispose();
        Store.Dispose();
    }
}
