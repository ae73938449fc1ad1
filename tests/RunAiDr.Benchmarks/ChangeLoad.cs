using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RunAiDr.Cluster.Http;
using RunAiDr.Cluster.Reading;
using RunAiDr.Core.Resources;

namespace RunAiDr.Benchmarks;

/// <summary>
/// Changes a line of one ConfigMap after the other at a steady pace, whether or not the server keeps up. The line is the
/// number of the change.
/// </summary>
internal sealed class ChangeLoad(ApiConnection api, IReadOnlyList<Resource> targets)
{
    /// <summary>All numbers have as many digits, so that no change is longer than another.</summary>
    public const int FirstNumber = 1_000_000;

    private readonly ConcurrentDictionary<int, long> _sent = [];
    private int _next = FirstNumber;

    /// <summary>Number of a change → the moment just before it was sent.</summary>
    public IReadOnlyDictionary<int, long> Sent => _sent;

    /// <summary>Gives the numbers of the changes; all are written when it returns.</summary>
    public async Task<Range> RunAsync(Pace pace, CancellationToken ct)
    {
        var (first, started) = (_next, Stopwatch.GetTimestamp());
        var writes = new List<Task>();
        for (var i = 0; i < pace.PerSecond * pace.Time.TotalSeconds; i++)
        {
            var early = TimeSpan.FromSeconds((double)i / pace.PerSecond) - Stopwatch.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, TimeProvider.System, ct);
            }

            writes.Add(WriteAsync(_next++, pace.Among, ct));
        }

        await Task.WhenAll(writes);
        return first.._next;
    }

    private async Task WriteAsync(int number, int among, CancellationToken ct)
    {
        var target = targets[(number - FirstNumber) % Math.Min(among, targets.Count)];
        var request = new ApiRequest(HttpMethod.Patch, ResourcePaths.Of(target.Kind, target.Namespace, target.Name))
        {
            Verb = "patch",
            Kind = target.Kind,
            ContentType = "application/merge-patch+json",
            Body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""{"data":{"revision":"{{{number}}}"}}""")),
        };
        _sent[number] = Stopwatch.GetTimestamp();
        await api.DemandAsync(request, null, ct);
    }
}

/// <summary>So many changes a second for a while, in turn of so many objects.</summary>
internal sealed record Pace(int PerSecond, TimeSpan Time, int Among = int.MaxValue);
