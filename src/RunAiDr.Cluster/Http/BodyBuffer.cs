namespace RunAiDr.Cluster.Http;

/// <summary>Takes the body of one answer after the other and keeps its memory, so that pages do not allocate.</summary>
internal sealed class BodyBuffer
{
    private const int Smallest = 16 * 1024;
    private const int LargestTrusted = 16 * 1024 * 1024; // a server may announce what it never sends

    private byte[] _bytes = [];
    private int _length;

    public ReadOnlyMemory<byte> Content => _bytes.AsMemory(0, _length);

    /// <summary>Forgets the content and makes room for <paramref name="expected"/> bytes.</summary>
    public void Clear(long expected)
    {
        _length = 0;
        if (expected > _bytes.Length)
        {
            _bytes = new byte[Math.Clamp(expected, Smallest, LargestTrusted)];
        }
    }

    /// <summary>Room for the next read, never empty.</summary>
    public Memory<byte> Room()
    {
        if (_length == _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(Smallest, _bytes.Length * 2));
        }

        return _bytes.AsMemory(_length);
    }

    public void Advance(int read) => _length += read;
}
