using System.Globalization;

namespace RunAiDr.Core.Snapshots;

/// <summary>A place in the write-ahead log of a PostgreSQL, its LSN: <c>16/B374D848</c>.</summary>
public readonly record struct WalPosition(ulong Bytes) : IComparable<WalPosition>
{
    public static bool TryParse(string? text, out WalPosition position)
    {
        position = default;
        if (text?.Split('/') is not [var high, var low]
            || !uint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var upper)
            || !uint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var lower))
        {
            return false;
        }

        position = new WalPosition(((ulong)upper << 32) | lower);
        return true;
    }

    public int CompareTo(WalPosition other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Name of the segment that holds the byte before it, which must be in an archive to recover up to it.</summary>
    public string SegmentOf(int timeline, long segmentBytes)
    {
        var number = (Bytes == 0 ? 0 : Bytes - 1) / (ulong)segmentBytes;
        var perFile = 0x1_0000_0000UL / (ulong)segmentBytes;
        return string.Create(CultureInfo.InvariantCulture, $"{timeline:X8}{number / perFile:X8}{number % perFile:X8}");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes >> 32:X}/{Bytes & uint.MaxValue:X}");
}
