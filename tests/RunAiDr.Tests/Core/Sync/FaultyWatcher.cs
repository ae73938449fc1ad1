using System.Runtime.CompilerServices;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Core.Sync;

/// <summary>A real watcher whose streams a test may break: events get lost, and only the end of the stream tells.</summary>
internal sealed class FaultyWatcher(IClusterWatcher real) : IClusterWatcher
{
    private TaskCompletionSource<WatchEvent> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Started;

    /// <summary>Ends every open watch with 410, at any place.</summary>
    public void Expire()
    {
        Interlocked.Exchange(ref _fault, new TaskCompletionSource<WatchEvent>(TaskCreationOptions.RunContinuationsAsynchronously))
            .SetResult(new WatchEvent(WatchEventKind.Expired, ""));
    }

    /// <summary>Ends every open watch with a refusal.</summary>
    public void Refuse()
    {
        Interlocked.Exchange(ref _fault, new TaskCompletionSource<WatchEvent>(TaskCreationOptions.RunContinuationsAsynchronously))
            .SetException(new RunAiDrException(Fault.ClusterRefused, "watch refused", "grant it"));
    }

    public async IAsyncEnumerable<WatchEvent> WatchAsync(ListSelection selection, string revision, [EnumeratorCancellation] CancellationToken ct)
    {
        Interlocked.Increment(ref Started);
        var fault = _fault.Task;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var steps = real.WatchAsync(selection, revision, stop.Token).GetAsyncEnumerator(stop.Token);
        while (true)
        {
            var next = steps.MoveNextAsync().AsTask();
            if (await Task.WhenAny(next, fault) == fault)
            {
                await stop.CancelAsync();
                await next.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                yield return await fault;
                yield break;
            }

            if (!await next)
            {
                yield break;
            }

            yield return steps.Current;
        }
    }

    public Task<ReadOnlyMemory<byte>?> ReadAsync(ResourceKind kind, string? @namespace, string name, CancellationToken ct) =>
        real.ReadAsync(kind, @namespace, name, ct);
}
