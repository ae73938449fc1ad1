using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Data;

/// <summary>Makes what a server says fit for a message: one line, not long, and without the secret that it was sent.</summary>
internal static class ServerText
{
    private const int Longest = 500;

    public static string Of(string? text, SecretText? sent = null)
    {
        var hidden = sent?.Reveal().Trim() is { Length: > 0 } secret
            ? text?.Replace(secret, "[secret]", StringComparison.Ordinal)
            : text;
        return Visible.Text(hidden?.Length > Longest ? $"{hidden[..Longest]}…" : hidden ?? "");
    }
}
