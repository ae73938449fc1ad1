using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>
/// Reads loose objects before libgit2 does and refuses damaged ones: libgit2 1.5 decompresses some of them for ever.
/// </summary>
internal sealed class LooseObjects(string objects) : OdbBackend
{
    /// <summary>Above libgit2's own backends: 1 reads loose objects, 2 packs.</summary>
    public const int Priority = 3;

    protected override OdbBackendOperations SupportedOperations => OdbBackendOperations.Read;

    public override int Read(ObjectId id, out UnmanagedMemoryStream? data, out ObjectType objectType)
    {
        (data, objectType) = (null, default);
        var path = Path.Combine(objects, id.Sha[..2], id.Sha[2..]);
        if (!File.Exists(path))
        {
            return (int)ReturnCode.GIT_ENOTFOUND;
        }

        var raw = Inflate(path);
        var end = raw.AsSpan().IndexOf((byte)0);
        var header = end < 0 ? [] : Encoding.ASCII.GetString(raw, 0, end).Split(' ');
        if (header.Length != 2 || TypeOf(header[0]) is not { } type
            || !Utf8Parser.TryParse(Encoding.ASCII.GetBytes(header[1]), out int length, out _) || length != raw.Length - end - 1)
        {
            throw Damaged(path);
        }

        data = AllocateAndBuildFrom(raw[(end + 1)..]);
        objectType = type;
        return (int)ReturnCode.GIT_OK;
    }

    public override int ReadPrefix(string shortSha, out ObjectId? oid, out UnmanagedMemoryStream? data, out ObjectType objectType) =>
        throw new NotSupportedException();

    public override int ReadHeader(ObjectId id, out int length, out ObjectType objectType) => throw new NotSupportedException();

    public override int Write(ObjectId id, Stream dataStream, long length, ObjectType objectType) => throw new NotSupportedException();

    public override int ReadStream(ObjectId id, out OdbBackendStream stream) => throw new NotSupportedException();

    public override int WriteStream(long length, ObjectType objectType, out OdbBackendStream stream) => throw new NotSupportedException();

    public override bool Exists(ObjectId id) => throw new NotSupportedException();

    public override int ExistsPrefix(string shortSha, out ObjectId found) => throw new NotSupportedException();

    public override int ForEach(ForEachCallback callback) => throw new NotSupportedException();

    private static byte[] Inflate(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var inflated = new ZLibStream(file, CompressionMode.Decompress);
            using var raw = new MemoryStream();
            inflated.CopyTo(raw);
            return raw.ToArray();
        }
        catch (InvalidDataException)
        {
            throw Damaged(path);
        }
    }

    private static ObjectType? TypeOf(string name) => name switch
    {
        "commit" => ObjectType.Commit,
        "tree" => ObjectType.Tree,
        "blob" => ObjectType.Blob,
        "tag" => ObjectType.Tag,
        _ => null,
    };

    private static LibGit2SharpException Damaged(string path) => new($"{path} is damaged");
}
