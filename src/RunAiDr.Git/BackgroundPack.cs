using System.Buffers;
using System.Collections.Concurrent;

namespace RunAiDr.Git;

/// <summary>Fills a <see cref="PackFile"/> on a thread of its own, for deflate costs as much as all the rest of an export.</summary>
internal sealed class BackgroundPack : IDisposable
{
    // Bounds the memory: a resource is at most about 1.5 MB, and nearly all are far smaller.
    private const int QueueLength = 24;

    private readonly PackFile _pack;
    private readonly BlockingCollection<Item> _queue = new(QueueLength);
    private readonly Task _worker;

    public BackgroundPack(string folder)
    {
        _pack = new PackFile(folder);
        _worker = Task.Factory.StartNew(
            Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Add(GitObjectKind kind, string id, ReadOnlySpan<byte> content)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(content.Length);
        content.CopyTo(buffer);
        try
        {
            _queue.Add(new Item(kind, id, buffer, content.Length));
        }
        catch (InvalidOperationException)
        {
            // The worker has failed and closed the queue: its failure is the one to report.
            _worker.GetAwaiter().GetResult();
            throw;
        }
    }

    public void Install()
    {
        _queue.CompleteAdding();
        _worker.GetAwaiter().GetResult();
        _pack.Install();
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        ((IAsyncResult)_worker).AsyncWaitHandle.WaitOne();
        _pack.Dispose();
        _queue.Dispose();
    }

    private void Work()
    {
        try
        {
            foreach (var item in _queue.GetConsumingEnumerable())
            {
                _pack.Add(item.Kind, item.Id, item.Buffer.AsSpan(0, item.Length));
                ArrayPool<byte>.Shared.Return(item.Buffer);
            }
        }
        finally
        {
            _queue.CompleteAdding();
        }
    }

    private readonly record struct Item(GitObjectKind Kind, string Id, byte[] Buffer, int Length);
}
