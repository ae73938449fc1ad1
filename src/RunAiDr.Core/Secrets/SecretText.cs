using System.Text;

namespace RunAiDr.Core.Secrets;

/// <summary>A value that must not reach a log, a commit or an error message: a text, or bytes that are none.</summary>
public sealed class SecretText
{
    private readonly string? _text;
    private readonly byte[]? _bytes;

    public SecretText(string value) => _text = value;

    private SecretText(byte[] bytes) => _bytes = bytes;

    /// <summary>Whether it is no text, such as a key store: only the data of a Secret can hold it.</summary>
    public bool IsBinary => _bytes is not null;

    /// <summary>Its length in bytes.</summary>
    internal int Size => _bytes?.Length ?? Encoding.UTF8.GetByteCount(Reveal());

    /// <summary>The text that the bytes are in UTF-8; what is no UTF-8 stays as it is.</summary>
    public static SecretText Of(byte[] bytes) => StrictUtf8.TryDecode(bytes) is { } text ? new(text) : new(bytes);

    /// <summary>What a Secret holds as base64; null when that is none.</summary>
    public static SecretText? OfBase64(string encoded)
    {
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) ? Of(bytes[..length]) : null;
    }

    /// <summary>The only ways out, this and <see cref="RevealBytes"/>: search for callers when you review.</summary>
    /// <exception cref="InvalidOperationException">It is no text.</exception>
    public string Reveal() => _text ?? throw new InvalidOperationException("The value is not a text.");

    public byte[] RevealBytes() => _bytes ?? Encoding.UTF8.GetBytes(Reveal());

    public override string ToString() => "[secret]";
}
