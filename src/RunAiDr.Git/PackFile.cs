using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace RunAiDr.Git;

/// <summary>
/// Writes a pack (version 2, no deltas) object by object under a temporary name. Nothing reads it before
/// <see cref="Install"/>; dispose without that to leave no trace.
/// </summary>
internal sealed class PackFile : IDisposable
{
    // git gc removes old files of this prefix; the rest of the name tells ours from those of git.
    private const string Prefix = "tmp_runai-dr_";

    // The lowest level that makes packs as small as those of git fast-import: 107 MB of YAML become 63 MB, not 87.
    private static readonly ZLibCompressionOptions Compression = new() { CompressionLevel = 2 };

    private readonly string _folder;
    private readonly FileStream _file;
    private readonly MemoryStream _packed = new();
    private readonly List<PackedObject> _objects = [];
    private bool _installed;

    public PackFile(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _file = CreateTemporary();
        WriteHeader();
    }

    public static bool IsTemporary(string path) => Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Removes what a killed process left behind. A file in use is locked by its writer and stays.</summary>
    public static void RemoveStale(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*"))
        {
            try
            {
                using var unused = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                if (unused.Length > 0)
                {
                    // An empty one may just have been made, and not be locked yet.
                    File.Delete(path);
                }
            }
            catch (IOException)
            {
                // Its writer lives.
            }
        }
    }

    public void Add(GitObjectKind kind, string id, ReadOnlySpan<byte> content)
    {
        _packed.SetLength(0);
        WriteObjectHeader(kind, content.Length);
        Deflate(content);
        var bytes = _packed.GetBuffer().AsSpan(0, (int)_packed.Length);
        _objects.Add(new PackedObject(id, Crc32.Of(bytes), _file.Position));
        _file.Write(bytes);
    }

    /// <summary>Makes the objects part of the repository: pack first, index second, as git does.</summary>
    public void Install()
    {
        WriteHeader();
        _file.Position = 0;
        var checksum = CryptographicOperations.HashData(HashAlgorithmName.SHA1, _file);
        _file.Write(checksum);
        _file.Flush(flushToDisk: true);

        using var indexFile = CreateTemporary();
        indexFile.Write(PackIndex.Of(_objects, checksum));
        indexFile.Flush(flushToDisk: true);

        var name = Path.Combine(_folder, "pack-" + Convert.ToHexStringLower(checksum));
        Publish(_file, name + ".pack");
        Publish(indexFile, name + ".idx");
        _installed = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_installed)
        {
            File.Delete(_file.Name);
        }

        _packed.Dispose();
    }

    private static void Publish(FileStream file, string name)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        File.Move(file.Name, name, overwrite: true);
    }

    private FileStream CreateTemporary()
    {
        for (var number = 0; ; number++)
        {
            var path = Path.Combine(_folder, $"{Prefix}{number}");
            try
            {
                // Unbuffered: objects are written whole, and a full disk must fail in Add, not in Dispose.
                return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException failure) when (GitFault.IsTaken(failure))
            {
                // Another writer has this number.
            }
        }
    }

    private void WriteHeader()
    {
        Span<byte> header = [(byte)'P', (byte)'A', (byte)'C', (byte)'K', 0, 0, 0, 2, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(header[8..], _objects.Count);
        _file.Position = 0;
        _file.Write(header);
    }

    private void Deflate(ReadOnlySpan<byte> content)
    {
        // A ZLibStream to which nothing was written writes nothing, which is no zlib stream at all.
        if (content.IsEmpty)
        {
            _packed.Write([0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]);
            return;
        }

        using var deflate = new ZLibStream(_packed, Compression, leaveOpen: true);
        deflate.Write(content);
    }

    private void WriteObjectHeader(GitObjectKind kind, int size)
    {
        var first = ((int)kind << 4) | (size & 0x0F);
        for (var rest = size >> 4; rest > 0; rest >>= 7)
        {
            _packed.WriteByte((byte)(first | 0x80));
            first = rest & 0x7F;
        }

        _packed.WriteByte((byte)first);
    }
}
