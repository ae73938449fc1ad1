using System.Buffers;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Finds secrets inside a text: settings with a secret name (YAML, JSON, INI, shell, flags, SQL), passwords in URLs,
/// private keys, bearer tokens, tokens of known form, and base64 of a text with any of these.
/// </summary>
internal static class SecretFinder
{
    private const int ShortestBase64 = 16;

    private static readonly SearchValues<string> Markers = SearchValues.Create(
        [
            "pass", "pw", "secret", "token", "key", "cred", "auth", "dsn", "conn", "bearer", "basic", "://", "kubeconfig",
            "dockerc", "htp", "eyJ", "gh", "glpat-", "xox", "nvapi-", "hf_", "sk-", "AKIA", "ASIA", "identified",
            "-u", "--user",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Base64Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <summary>
    /// The secrets of a text in its order. Placeholders and references such as <c>SECRET:name,key</c> are none.
    /// </summary>
    public static List<SecretSpan> Find(string text)
    {
        if (IsBase64OfSecrets(text))
        {
            return [new SecretSpan(0, text.Length, "base64")];
        }

        return text.AsSpan().ContainsAny(Markers) ? FindPlain(text) : [];
    }

    private static List<SecretSpan> FindPlain(string text)
    {
        var masked = SecretMask.Of(text);
        var spans = new List<SecretSpan>();
        Assignments.Find(masked, spans);
        Credentials.Find(masked, spans);
        spans.RemoveAll(span => span.Length == 0 || SecretMask.IsHarmless(masked.AsSpan(span.Start, span.Length)));
        return SecretSpan.Merge(spans);
    }

    private static bool IsBase64OfSecrets(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.Length < ShortestBase64 || trimmed.Length % 4 != 0 || trimmed.ContainsAnyExcept(Base64Letters))
        {
            return false;
        }

        var bytes = new byte[trimmed.Length];
        return Convert.TryFromBase64Chars(trimmed, bytes, out var length)
            && StrictUtf8.TryDecode(bytes.AsSpan(0, length)) is { } decoded
            && decoded.AsSpan().ContainsAny(Markers)
            && FindPlain(decoded).Count > 0;
    }
}
