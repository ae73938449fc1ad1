using System.Buffers.Binary;

namespace RunAiDr.Git.Signing;

/// <summary>An armored signature, alone or at the end of the message of a tag.</summary>
internal static class SignatureText
{
    private const string Ssh = "-----BEGIN SSH SIGNATURE-----";
    private const string SshEnd = "-----END SSH SIGNATURE-----";
    private const string OpenPgp = "-----BEGIN PGP SIGNATURE-----";

    // Of X.509, and of OpenPGP programs of long ago: signatures, but none that is checked here.
    private static readonly string[] Others = ["-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----"];
    private static readonly string[] All = [Ssh, OpenPgp, .. Others];

    /// <summary>Null for a kind of signature that is not known.</summary>
    public static SignatureFormat? FormatOf(string signature) =>
        signature.StartsWith(Ssh, StringComparison.Ordinal) ? SignatureFormat.Ssh
        : signature.StartsWith(OpenPgp, StringComparison.Ordinal) ? SignatureFormat.OpenPgp
        : null;

    /// <summary>The message of a tag and the signature behind it, which is empty when there is none. As git splits it.</summary>
    public static (string Text, string Signature) Split(string message)
    {
        var start = message.Length;
        for (var line = 0; line >= 0 && line < message.Length; line = message.IndexOf('\n', line) is >= 0 and var end ? end + 1 : -1)
        {
            if (All.Any(head => string.CompareOrdinal(message, line, head, 0, head.Length) == 0))
            {
                start = line;
            }
        }

        return (message[..start], message[start..]);
    }

    /// <summary>The public key in a signature of ssh, as ssh writes it in base64; null when the signature is not whole.</summary>
    public static byte[]? SshKeyOf(string signature)
    {
        const int Head = 10;
        var lines = signature.TrimEnd('\n').Split('\n');
        var raw = new byte[signature.Length];
        if (lines[^1] != SshEnd || !Convert.TryFromBase64String(string.Concat(lines[1..^1]), raw, out var length)
            || length < Head || !raw.AsSpan().StartsWith("SSHSIG"u8))
        {
            return null;
        }

        // Six letters and a version; then key, namespace, a reserved field, hash and signature, each behind its length.
        var rest = raw.AsSpan(Head, length - Head);
        var key = Next(ref rest);
        for (var field = 1; field < 5; field++)
        {
            if (Next(ref rest) is null)
            {
                return null;
            }
        }

        return rest.IsEmpty ? key : null;
    }

    private static byte[]? Next(ref Span<byte> rest)
    {
        if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32BigEndian(rest) is var size && size > rest.Length - sizeof(uint))
        {
            rest = default;
            return null;
        }

        var field = rest.Slice(sizeof(uint), (int)size).ToArray();
        rest = rest[(sizeof(uint) + field.Length)..];
        return field;
    }
}
