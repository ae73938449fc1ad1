using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RunAiDr.Core.State;

namespace RunAiDr.Git.History;

/// <summary>
/// The steps of a cluster's history up to one commit, the oldest first, in the bytes of the file that keeps them: reading it
/// costs a check of its sum, and a step costs something only when it is asked for.
/// </summary>
/// <remarks>
/// In little endian: the mark; the commit that it is of; the numbers of steps, changes, paths and letters; for each step its
/// commit, its time and where its changes end; for each change its path and kind; for each path where its letters end; the
/// letters; SHA-256 of all that.
/// </remarks>
internal sealed class HistoryIndex
{
    private const int IdBytes = 20;
    private const int StepBytes = IdBytes + sizeof(long) + sizeof(int);
    private const int KindBits = 2;
    private const int KindMask = (1 << KindBits) - 1;

    private static readonly byte[] Mark = "runai-dr history 1\n"u8.ToArray();
    private static readonly int HeadBytes = Mark.Length + IdBytes + (4 * sizeof(int));

    private readonly byte[] _bytes;
    private readonly int _changes;
    private readonly int _paths;
    private readonly int _letters;

    private HistoryIndex(byte[] bytes)
    {
        _bytes = bytes;
        (Steps, Paths) = (Number(Mark.Length + IdBytes), Number(Mark.Length + IdBytes + (2 * sizeof(int))));
        _changes = HeadBytes + (Steps * StepBytes);
        _paths = _changes + (Number(Mark.Length + IdBytes + sizeof(int)) * sizeof(int));
        _letters = _paths + (Paths * sizeof(int));
    }

    /// <summary>The commit that the history was asked of.</summary>
    public string Tip => Id(Mark.Length);

    public int Steps { get; }

    public int Paths { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Null when there is none, or it is damaged or of another version.</summary>
    public static HistoryIndex? Read(byte[]? bytes)
    {
        var length = bytes?.Length - SHA256.HashSizeInBytes ?? 0;
        if (bytes is null
            || length < HeadBytes
            || !bytes.AsSpan(0, Mark.Length).SequenceEqual(Mark)
            || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
        {
            return null;
        }

        return new HistoryIndex(bytes);
    }

    /// <summary>The index of a tip.</summary>
    /// <param name="tip">The commit.</param>
    /// <param name="newer">Its steps, the newest first.</param>
    /// <param name="older">Holds those before them.</param>
    /// <param name="kept">How many of these.</param>
    public static HistoryIndex Of(string tip, IReadOnlyList<HistoryStep> newer, HistoryIndex? older, int kept)
    {
        var paths = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var path = 0; path < older?.Paths; path++)
        {
            paths.Add(older.Path(path), path);
        }

        var (steps, changes) = (new MemoryStream(), new MemoryStream());
        if (older is not null)
        {
            var last = kept == 0 ? 0 : older.EndOf(kept - 1);
            steps.Write(older._bytes, HeadBytes, kept * StepBytes);
            changes.Write(older._bytes, older._changes, last * sizeof(int));
        }

        foreach (var step in newer.Reverse())
        {
            foreach (var change in step.Changes)
            {
                _ = paths.TryAdd(change.Path, paths.Count);
                Write(changes, (paths[change.Path] << KindBits) | (int)change.Kind);
            }

            steps.Write(Convert.FromHexString(step.Commit));
            Write(steps, step.At);
            Write(steps, (int)(changes.Length / sizeof(int)));
        }

        return new HistoryIndex(Join(tip, steps, changes, [.. paths.OrderBy(path => path.Value).Select(path => path.Key)]));
    }

    /// <summary>The commits of the steps, and which step each is.</summary>
    public Dictionary<string, int> Places() => Enumerable.Range(0, Steps).ToDictionary(Commit, step => step, StringComparer.Ordinal);

    public string Commit(int step) => Id(HeadBytes + (step * StepBytes));

    /// <summary>Seconds since 1970.</summary>
    public long At(int step) => BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(HeadBytes + (step * StepBytes) + IdBytes));

    /// <summary>Path and kind of each change of a step.</summary>
    public IEnumerable<(int Path, StateChangeKind Kind)> Changes(int step)
    {
        for (var change = step == 0 ? 0 : EndOf(step - 1); change < EndOf(step); change++)
        {
            var number = Number(_changes + (change * sizeof(int)));
            yield return (number >> KindBits, (StateChangeKind)(number & KindMask));
        }
    }

    public string Path(int path)
    {
        var start = path == 0 ? 0 : Number(_paths + ((path - 1) * sizeof(int)));
        return Encoding.UTF8.GetString(_bytes, _letters + start, Number(_paths + (path * sizeof(int))) - start);
    }

    private static byte[] Join(string tip, MemoryStream steps, MemoryStream changes, string[] paths)
    {
        var (ends, letters) = (new MemoryStream(), new MemoryStream());
        foreach (var path in paths)
        {
            letters.Write(Encoding.UTF8.GetBytes(path));
            Write(ends, (int)letters.Length);
        }

        using var whole = new MemoryStream();
        whole.Write(Mark);
        whole.Write(Convert.FromHexString(tip));
        Write(whole, (int)(steps.Length / StepBytes));
        Write(whole, (int)(changes.Length / sizeof(int)));
        Write(whole, paths.Length);
        Write(whole, (int)letters.Length);
        foreach (var part in (MemoryStream[])[steps, changes, ends, letters])
        {
            part.WriteTo(whole);
            part.Dispose();
        }

        whole.Write(SHA256.HashData(whole.GetBuffer().AsSpan(0, (int)whole.Length)));
        return whole.ToArray();
    }

    private static void Write(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private static void Write(MemoryStream to, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private int EndOf(int step) => Number(HeadBytes + (step * StepBytes) + IdBytes + sizeof(long));

    private int Number(int at) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan(at));

    private string Id(int at) => Convert.ToHexStringLower(_bytes.AsSpan(at, IdBytes));
}
