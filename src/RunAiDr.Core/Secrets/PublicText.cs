namespace RunAiDr.Core.Secrets;

/// <summary>What is random and meant to be seen: certificates, public keys, digests of scripts, images.</summary>
internal static class PublicText
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const int LongestHeader = 80;

    private static readonly string[] PublicHeaders =
    [
        "CERTIFICATE", "PUBLIC KEY", "X509 CRL", "DH PARAMETERS", "EC PARAMETERS", "PGP SIGNATURE", "SSH SIGNATURE",
        "AGE ENCRYPTED FILE",
    ];

    // Digests of HTML, and the first bytes of PNG, JPEG and GIF in base64.
    private static readonly string[] PublicStarts = ["sha256-", "sha384-", "sha512-", "iVBORw0KGgo", "/9j/", "R0lGOD"];

    private static readonly string[] KeyTypes = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"];

    /// <summary>The blocks of PEM that hold no private key.</summary>
    public static List<Range> Blocks(string text)
    {
        var blocks = new List<Range>();
        for (var at = text.IndexOf(Begin, StringComparison.Ordinal); at >= 0;)
        {
            var header = text.AsSpan(at + Begin.Length, Math.Min(LongestHeader, text.Length - at - Begin.Length));
            var close = header.IndexOf("-----", StringComparison.Ordinal);
            var end = text.IndexOf(End, at, StringComparison.Ordinal);
            if (end < 0)
            {
                break; // an open end would hide what follows from judgement
            }

            if (close >= 0 && IsPublic(header[..close]))
            {
                blocks.Add(at..end);
            }

            at = text.IndexOf(Begin, end, StringComparison.Ordinal);
        }

        return blocks;
    }

    /// <summary>Whether a random word is public by its own form or by the word before it.</summary>
    public static bool IsWord(string text, int start, int length)
    {
        var word = text.AsSpan(start, length);
        foreach (var prefix in PublicStarts)
        {
            if (word.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return IsAgeRecipient(word) || IsPublicDer(word)
            || (word.StartsWith("AAAA", StringComparison.Ordinal) && FollowsKeyType(text, start));
    }

    private static bool IsPublic(ReadOnlySpan<char> header)
    {
        foreach (var known in PublicHeaders)
        {
            if (header.Contains(known, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAgeRecipient(ReadOnlySpan<char> word) =>
        word.Length == 62 && word.StartsWith("age1", StringComparison.Ordinal);

    private static bool FollowsKeyType(string text, int start)
    {
        var before = text.AsSpan(Math.Max(0, start - LongestHeader), Math.Min(start, LongestHeader)).TrimEnd(' ');
        var type = before[(before.LastIndexOfAny(' ', '\n', '"') + 1)..];
        foreach (var known in KeyTypes)
        {
            if (type.StartsWith(known, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A sequence that begins with a sequence is a certificate or a public key; a private key begins with its version.
    /// </summary>
    private static bool IsPublicDer(ReadOnlySpan<char> word)
    {
        const int letters = 24;
        Span<byte> bytes = stackalloc byte[letters];
        if (word.Length < 64 || !Convert.TryFromBase64Chars(word[..letters], bytes, out _) || bytes[0] != 0x30)
        {
            return false;
        }

        var content = bytes[1] < 0x80 ? 2 : 2 + (bytes[1] & 0x7f);
        return content < 8 && bytes[content] == 0x30 && bytes.IndexOf(EncryptedKey) < 0;
    }

    // The end of the first bytes of PKCS #5's identifier, 1.2.840.113549.1.5: an encrypted private key begins so.
    private static ReadOnlySpan<byte> EncryptedKey => [0x0d, 0x01, 0x05];
}
