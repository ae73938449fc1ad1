namespace RunAiDr.Cluster.Watching;

/// <summary>Cuts a stream of bytes into lines, in memory that is used again.</summary>
internal sealed class LineBuffer(int longest)
{
    private const int Smallest = 16 * 1024;

    private byte[] _bytes = new byte[Smallest];
    private int _start;
    private int _searched;
    private int _end;

    /// <summary>A line has begun that is not complete.</summary>
    public bool HasPart => _end > _start;

    /// <summary>The line that has begun is longer than any may be.</summary>
    public bool IsFull => _end - _start >= longest;

    /// <summary>The next complete line without its end, valid until <see cref="Room"/> is called.</summary>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        var found = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (found < 0)
        {
            _searched = _end;
            line = default;
            return false;
        }

        line = _bytes.AsMemory(_start, _searched + found - _start);
        _start = _searched = _searched + found + 1;
        return true;
    }

    /// <summary>Room for the next read, never empty.</summary>
    public Memory<byte> Room()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _searched, _end) = (0, _searched - _start, _end - _start);
        }

        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        return _bytes.AsMemory(_end);
    }

    public void Advance(int read) => _end += read;
}
