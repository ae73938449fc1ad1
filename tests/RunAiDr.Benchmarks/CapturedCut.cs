using System.Runtime.CompilerServices;
using RunAiDr.Cluster;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Benchmarks;

/// <summary>The pages of a cut in memory, to export them again without a server and without a repository.</summary>
internal sealed class CapturedCut : IClusterReader
{
    private readonly List<CutPage> _pages = [];
    private IReadOnlyList<ResourceKind> _kinds = [];

    public int Resources => _pages.Sum(page => page.Items.Count);

    public static async Task<CapturedCut> ReadAsync(
        ClusterClient cluster, IReadOnlyList<ListSelection> selections, CancellationToken ct)
    {
        var cut = new CapturedCut { _kinds = await cluster.DiscoverAsync(ct) };
        await foreach (var page in cluster.ReadCutAsync(selections, ct))
        {
            cut._pages.Add(page with { Items = [.. page.Items.Select(item => (ReadOnlyMemory<byte>)item.ToArray())] });
        }

        return cut;
    }

    /// <summary>The same without the resources over a size.</summary>
    public CapturedCut UpTo(int bytes)
    {
        var cut = new CapturedCut { _kinds = _kinds };
        cut._pages.AddRange(_pages.Select(page => page with { Items = [.. page.Items.Where(item => item.Length <= bytes)] }));
        return cut;
    }

    public Task<ClusterIdentity> IdentifyAsync(CancellationToken ct) =>
        Task.FromResult(new ClusterIdentity(null, "v0", "kubernetes"));

    public Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken ct) => Task.FromResult(_kinds);

    public async IAsyncEnumerable<CutPage> ReadCutAsync(
        IReadOnlyList<ListSelection> selections, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var page in _pages)
        {
            yield return await Task.FromResult(page);
        }
    }

    /// <summary>Takes files and keeps none.</summary>
    internal sealed class NoSink : IStateSink
    {
        public void Put(string path, ReadOnlySpan<byte> content)
        {
        }

        public bool Holds(string path, string blobId) => false;

        public void Keep(string path)
        {
        }

        public void Reset()
        {
        }
    }
}
