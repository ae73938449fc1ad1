using System.Text;

namespace RunAiDr.Core;

/// <summary>UTF-8 that refuses bytes which are none, instead of reading them as U+FFFD.</summary>
public static class StrictUtf8
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="DecoderFallbackException">The bytes are not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes) => Strict.GetString(bytes);

    public static string? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Decode(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
