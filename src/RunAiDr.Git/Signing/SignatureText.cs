using System.Buffers.Binary;

namespace RunAiDr.Git.Signing;

/// <summary>An armored signature, alone or at the end of the message of a tag.</summary>
internal static class SignatureText
{
    private const string Ssh = "-----BEGIN SSH SIGNATURE-----";
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

    /// <summary>The public key, as ssh writes it in base64, in a signature of ssh; null when there is none.</summary>
    public static byte[]? SshKeyOf(string signature)
    {
        var lines = signature.Split('\n').Skip(1).TakeWhile(line => !line.StartsWith('-'));
        var raw = new byte[signature.Length];
        if (!Convert.TryFromBase64String(string.Concat(lines), raw, out var length))
        {
            return null;
        }

        // Six letters, a version, then the key behind its length.
        const int Head = 14;
        var content = raw.AsSpan(0, length);
        return content.Length > Head && content.StartsWith("SSHSIG"u8)
            && BinaryPrimitives.ReadUInt32BigEndian(content[10..]) is var size && size <= content.Length - Head
                ? content.Slice(Head, (int)size).ToArray()
                : null;
    }
}
