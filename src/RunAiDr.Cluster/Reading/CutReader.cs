using System.Runtime.CompilerServices;
using RunAiDr.Cluster.Http;
using RunAiDr.Core;
using RunAiDr.Core.Export;

namespace RunAiDr.Cluster.Reading;

/// <summary>Reads a consistent cut, again and again at a newer revision while the server compacts it away.</summary>
/// <param name="api">Whom to ask.</param>
/// <param name="form">What the Accept header asks for.</param>
internal sealed class CutReader(ApiConnection api, ListForm form = ListForm.Whole)
{
    private const int MaxAttempts = 5;

    public async IAsyncEnumerable<CutPage> ReadAsync(
        IReadOnlyList<ListSelection> selections, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            await using var cut = new CutAttempt(api, selections, form, attempt, ct);
            while (await cut.NextAsync() is { } page)
            {
                yield return page;
            }

            if (!cut.Expired)
            {
                yield break;
            }
        }

        throw new RunAiDrException(
            Fault.ClusterUnreachable,
            $"{api.Server.Authority}: the server compacted the revision {MaxAttempts} times while it was being read (410)",
            "Export over a faster connection, or raise the API server's --etcd-compaction-interval.");
    }
}
