using System.Runtime.InteropServices;

namespace RunAiDr.Cluster.Helm;

/// <summary>Reads a stream to its end and keeps the last of it.</summary>
internal sealed class OutputTail(int most)
{
    private readonly Lock _gate = new();
    private readonly List<byte> _kept = [];
    private bool _cut;

    public async Task FillAsync(Stream stream, CancellationToken ct)
    {
        var part = new byte[16 * 1024];
        try
        {
            for (var count = await stream.ReadAsync(part, ct); count > 0; count = await stream.ReadAsync(part, ct))
            {
                Keep(part.AsSpan(0, count));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // What came until now is what there is.
        }
    }

    /// <summary>
    /// What is kept; a first line that lacks its beginning is left out, as half a secret would not be known as one.
    /// </summary>
    public byte[] ToArray()
    {
        lock (_gate)
        {
            var tail = CollectionsMarshal.AsSpan(_kept)[Math.Max(0, _kept.Count - most)..];
            var begin = _cut ? tail.IndexOf((byte)'\n') + 1 : 0;
            return _cut && begin == 0 ? [] : tail[begin..].ToArray();
        }
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        lock (_gate)
        {
            _kept.AddRange(part);
            _cut |= _kept.Count > most;
            if (_kept.Count > 2 * most)
            {
                _kept.RemoveRange(0, _kept.Count - most);
            }
        }
    }
}
