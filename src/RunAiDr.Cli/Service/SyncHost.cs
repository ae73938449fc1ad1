using Microsoft.Extensions.Logging;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service.Web;
using RunAiDr.Cli.Service.Web.Pages;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Leases;
using RunAiDr.Core;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Git;

namespace RunAiDr.Cli.Service;

/// <summary>The process around <see cref="SyncService"/>: repository, web server, leader election, new configurations.</summary>
internal sealed class SyncHost(Invocation invocation, ILogger log)
{
    private static readonly TimeSpan Reopening = TimeSpan.FromMinutes(1);

    private readonly ProcessContext _process = invocation.Process;
    private SyncService? _service;
    private LeaderElection? _election;
    private volatile string? _notTaken;

    /// <summary>Runs until it is cancelled.</summary>
    /// <exception cref="RunAiDrException">The configuration is wrong, or another process works on the repository.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var configs = new ConfigWatch(invocation, log);
        var config = configs.Newest;
        var sealing = await SealingOf(config, ct);
        using var reviews = new ClusterReviews(Connections.Of(invocation, config.Clusters[0]), _process.Clock, log);
        using var state = new StateReader(() => config, _process.Clock);
        await using var web = await new WebServer(config.Web, _process, log).StartAsync(Status, state, reviews.JudgeAsync, ct);
        await Repositories.PrepareAsync(config, invocation, ct);
        using var own = RepositoryLock.Take(config.Repository, RepositoryLock.Keeping, _process.Host, _process.Id, _process.Clock);
        foreach (var leftover in await own.RemoveLeftoversAsync(ct))
        {
            log.LeftoverRemoved(leftover);
        }

        configs.Start();
        while (!ct.IsCancellationRequested)
        {
            var (newest, outdated) = configs.Take();
            if (!ReferenceEquals(newest, config))
            {
                try
                {
                    (sealing, config, _notTaken) = (await SealingOf(newest, ct), newest, null);
                }
                catch (RunAiDrException fault)
                {
                    _notTaken = $"{fault.Message} {fault.Remedy}";
                    log.ConfigurationWrong(fault.Message);
                }
            }

            reviews.Use(Connections.Of(invocation, config.Clusters[0]));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, outdated);
            var reopening = _notTaken is null ? Task.CompletedTask : ReopenAsync(newest, stop);
            await RunAsync(config, sealing, stop.Token);
            await stop.CancelAsync();
            await reopening;
        }
    }

    /// <summary>Tries again until the new configuration can be opened, and only then stops what runs by the old one.</summary>
    private async Task ReopenAsync(DrConfig newest, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(Reopening, _process.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                try
                {
                    await SealingOf(newest, stop.Token);
                    await stop.CancelAsync();
                }
                catch (RunAiDrException fault)
                {
                    _notTaken = $"{fault.Message} {fault.Remedy}";
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Opened, or there is a newer one.
        }
    }

    // Told once, before anything of the new configuration is at work.
    private static async Task<SecretSealing?> SealingOf(DrConfig config, CancellationToken ct) =>
        config.Sealing is { } sealing ? await sealing.OpenAsync(ct) : null;

    private async Task RunAsync(DrConfig config, SecretSealing? sealing, CancellationToken ct)
    {
        using var service = new SyncService(config, invocation, log, Repositories.RemoteOf(config, _process.Clock), sealing);
        _service = service;
        if (!config.LeaderElection.Enabled)
        {
            await service.RunAsync(() => true, ct);
            return;
        }

        using var client = new ClusterClient(Connections.Of(invocation, config.Clusters[0]), _process.Clock);
        var election = Replicas.Election(config.LeaderElection, client, _process, log);
        _election = election;
        try
        {
            await election.RunAsync(leading => service.RunAsync(() => election.IsLeader, leading), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // It never came to lead.
        }
    }

    // Without an election nobody else writes: a service that does not lead yet is not a replica that waits.
    private ServiceStatus Status() => (_service is { } service && (service.Leads || _election is not null)
        ? service.Status(_election?.Leader) : ServiceStatus.Starting) with
    { NotTaken = _notTaken, Trouble = _election?.Trouble };
}
