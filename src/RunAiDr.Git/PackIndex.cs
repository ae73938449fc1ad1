using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RunAiDr.Git;

/// <summary>One object of a pack: its name, the CRC-32 of its packed bytes and where they start.</summary>
internal readonly record struct PackedObject(string Id, uint Crc, long Offset);

/// <summary>Writes the version 2 index that makes a pack readable.</summary>
internal static class PackIndex
{
    private const uint LargeOffset = 0x80000000;

    public static byte[] Of(List<PackedObject> objects, byte[] packChecksum)
    {
        objects.Sort((x, y) => string.CompareOrdinal(x.Id, y.Id));
        using var index = new MemoryStream(1100 + (objects.Count * 28));
        index.Write([0xFF, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2]);
        WriteFanOut(index, objects);
        foreach (var entry in objects)
        {
            index.Write(Convert.FromHexString(entry.Id));
        }

        foreach (var entry in objects)
        {
            Write(index, entry.Crc);
        }

        WriteOffsets(index, objects);
        index.Write(packChecksum);
        index.Write(CryptographicOperations.HashData(HashAlgorithmName.SHA1, index.GetBuffer().AsSpan(0, (int)index.Length)));
        return index.ToArray();
    }

    private static void WriteFanOut(MemoryStream index, List<PackedObject> objects)
    {
        var counts = new uint[256];
        foreach (var entry in objects)
        {
            counts[Convert.FromHexString(entry.Id.AsSpan(0, 2))[0]]++;
        }

        var total = 0u;
        foreach (var count in counts)
        {
            Write(index, total += count);
        }
    }

    private static void WriteOffsets(MemoryStream index, List<PackedObject> objects)
    {
        var large = new List<long>();
        foreach (var entry in objects)
        {
            if (entry.Offset < LargeOffset)
            {
                Write(index, (uint)entry.Offset);
                continue;
            }

            Write(index, LargeOffset | (uint)large.Count);
            large.Add(entry.Offset);
        }

        foreach (var offset in large)
        {
            Write(index, (uint)(offset >> 32));
            Write(index, (uint)offset);
        }
    }

    private static void Write(MemoryStream index, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        index.Write(bytes);
    }
}
