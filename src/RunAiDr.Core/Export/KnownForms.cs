using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RunAiDr.Core.Scopes;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Core.Export;

/// <summary>
/// Into which file the last export made each resource, by a hash of what the server sent: the same bytes make the same file,
/// and need not be looked through for secrets again. Any thread may ask while nobody notes.
/// </summary>
/// <remarks>
/// In bytes: the mark; SHA-256 of what decides on forms besides the resource: this program, its runtime and the rules for secrets;
/// for each resource its hash and the Git blob id of its file; SHA-256 of all that.
/// </remarks>
internal sealed class KnownForms
{
    private const int BlobIdBytes = 20;
    private const int EntryBytes = SHA256.HashSizeInBytes + BlobIdBytes;

    private static readonly byte[] Mark = "runai-dr forms 1\n"u8.ToArray();

    private readonly byte[] _makers;
    private readonly Dictionary<Hash, string> _before = [];
    private readonly Dictionary<Hash, string> _now = [];

    private KnownForms(byte[] makers) => _makers = makers;

    private int HeadBytes => Mark.Length + _makers.Length;

    /// <param name="kept">What <see cref="ToBytes"/> gave; nothing is known when it is null, damaged, or of other rules.</param>
    /// <param name="rules">Which values are secrets.</param>
    public static KnownForms Read(byte[]? kept, SecretRules rules)
    {
        var known = new KnownForms(SHA256.HashData(Encoding.UTF8.GetBytes($"{typeof(KnownForms).Module.ModuleVersionId} {Environment.Version} {rules.Digest}")));
        if (kept is not null && known.IsSound(kept))
        {
            for (var at = known.HeadBytes; at < kept.Length - SHA256.HashSizeInBytes; at += EntryBytes)
            {
                var entry = kept.AsSpan(at, EntryBytes);
                known._before[Hash.From(entry)] = Convert.ToHexStringLower(entry[SHA256.HashSizeInBytes..]);
            }
        }

        return known;
    }

    /// <summary>Whether this export learned something that the last one did not know.</summary>
    public bool HasNews => _now.Count != _before.Count || _now.Keys.Any(hash => !_before.ContainsKey(hash));

    /// <summary>What identifies a resource together with all that it says.</summary>
    public static Hash HashOf(ResourceHead head)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{head.Kind.ApiVersion} {head.Kind.Kind} {head.Kind.QualifiedName}\0"));
        hash.AppendData(head.Json.Span);
        return Hash.From(hash.GetHashAndReset());
    }

    public string? BlobIdOf(Hash resource) => _before.GetValueOrDefault(resource);

    public void Note(KnownForm form) => _now[form.Resource] = form.BlobId;

    /// <summary>What this export noted.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeadBytes + (_now.Count * EntryBytes) + SHA256.HashSizeInBytes];
        Mark.CopyTo(bytes, 0);
        _makers.CopyTo(bytes, Mark.Length);
        var at = HeadBytes;
        foreach (var (hash, blobId) in _now)
        {
            hash.CopyTo(bytes.AsSpan(at));
            Convert.FromHexString(blobId).CopyTo(bytes, at + SHA256.HashSizeInBytes);
            at += EntryBytes;
        }

        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    private bool IsSound(byte[] kept)
    {
        var length = kept.Length - SHA256.HashSizeInBytes;
        return length >= HeadBytes
            && (length - HeadBytes) % EntryBytes == 0
            && kept.AsSpan(0, Mark.Length).SequenceEqual(Mark)
            && kept.AsSpan(Mark.Length, _makers.Length).SequenceEqual(_makers)
            && SHA256.HashData(kept.AsSpan(0, length)).AsSpan().SequenceEqual(kept.AsSpan(length));
    }

    /// <summary>A SHA-256.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Hash(UInt128 First, UInt128 Last)
    {
        public static Hash From(ReadOnlySpan<byte> bytes) => new(
            BinaryPrimitives.ReadUInt128LittleEndian(bytes), BinaryPrimitives.ReadUInt128LittleEndian(bytes[(SHA256.HashSizeInBytes / 2)..]));

        public void CopyTo(Span<byte> bytes)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, First);
            BinaryPrimitives.WriteUInt128LittleEndian(bytes[(SHA256.HashSizeInBytes / 2)..], Last);
        }
    }
}
