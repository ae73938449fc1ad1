using Microsoft.Extensions.Time.Testing;
using RunAiDr.Core.Sync;

namespace RunAiDr.Tests.Core.Sync;

public class SyncBatchTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SyncBatch _batch;

    public SyncBatchTests() => _batch = new SyncBatch(
        new SyncOptions { Cluster = "a", Settle = TimeSpan.FromSeconds(2), MaxWait = TimeSpan.FromSeconds(5) }, _clock);

    [Fact]
    public void An_empty_batch_is_never_due()
    {
        Assert.Null(_batch.DueIn);
    }

    [Fact]
    public void A_batch_is_due_when_it_has_settled()
    {
        Put("a", "7");
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        Put("b", "8");

        Assert.Equal(TimeSpan.FromSeconds(2), _batch.DueIn);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.Zero, _batch.DueIn);
    }

    [Fact]
    public void A_batch_that_never_settles_is_due_after_the_longest_wait()
    {
        for (var i = 0; i < 5; i++)
        {
            Put("a", "7");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TimeSpan.Zero, _batch.DueIn);
    }

    [Fact]
    public void A_large_batch_is_due_at_once()
    {
        for (var i = 0; i < 5000; i++)
        {
            Put($"file-{i}", "7");
        }

        Assert.Equal(TimeSpan.Zero, _batch.DueIn);
    }

    [Fact]
    public void The_revision_of_a_batch_is_the_newest_in_it_by_number()
    {
        Put("a", "99");
        Put("b", "100");
        Put("c", "98");

        Assert.Equal("100", _batch.Revision);
        _batch.Clear();
        Assert.True(_batch.IsEmpty);
        Assert.Null(_batch.DueIn);
    }

    private void Put(string path, string revision) => _batch.Put(new PendingFile(path, "id", "x"u8.ToArray(), null), revision);
}
