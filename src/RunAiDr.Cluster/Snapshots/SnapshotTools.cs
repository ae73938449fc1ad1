using RunAiDr.Core;

namespace RunAiDr.Cluster.Snapshots;

/// <summary>What it takes to make a snapshot and to remove it again; the time for making it runs from now on.</summary>
internal sealed class SnapshotTools(ClusterClient client, CsiOptions options, TimeProvider clock)
{
    public ClusterClient Client { get; } = client;

    public CsiOptions Options { get; } = options;

    public TimeProvider Clock { get; } = clock;

    public SnapshotWait Wait { get; } = new(options.Timeout, options.ErrorPatience, clock);

    /// <summary>Ends early enough to take the volumes one beside the other after all.</summary>
    public SnapshotWait GroupWait { get; } = new(options.Timeout / 2, options.ErrorPatience, clock);

    public ContentPatches Contents { get; } = new(client);

    public SnapshotRemoval Removal { get; } = new(client, clock);

    public GroupRemoval GroupRemoval { get; } = new(client, clock);

    /// <summary>Runs what takes something back, within its own limit, whatever has been cancelled; gives why it could not, or nothing.</summary>
    public async Task<string> UndoAsync(string what, Func<CancellationToken, Task> undo)
    {
        using var limit = new CancellationTokenSource(Options.UndoLimit, Clock);
        try
        {
            await undo(limit.Token);
            return "";
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return $" {what} could not be removed within {Options.UndoLimit.TotalSeconds:0} s and may be left behind.";
        }
        catch (RunAiDrException failure)
        {
            return $" {what} could not be removed and may be left behind: {failure.Message}.";
        }
    }
}
