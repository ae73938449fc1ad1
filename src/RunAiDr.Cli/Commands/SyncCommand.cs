using RunAiDr.Cli.Service;

namespace RunAiDr.Cli.Commands;

internal sealed class SyncCommand : OperatorCommand
{
    public SyncCommand()
        : base(
            "sync",
            "Watch the clusters of the configuration and commit every change, until it is stopped.",
            "runai-dr sync",
            "runai-dr sync --config /etc/runai-dr/runai-dr.yaml",
            "RUNAI_DR_LISTEN=0.0.0.0:8443 runai-dr sync")
    {
    }

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var logging = ServiceLog.Create(invocation.Process);
        var host = new SyncHost(invocation, logging.CreateLogger("runai-dr"));
        try
        {
            await host.RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopped before the work began. To be stopped is how a service ends.
        }

        return ExitCode.Success;
    }
}
