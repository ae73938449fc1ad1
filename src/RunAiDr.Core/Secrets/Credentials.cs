using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

/// <summary>Finds secrets that their own form gives away, whatever they are called.</summary>
internal static partial class Credentials
{
    private const int LongestAuthority = 2048;
    private const int ShortestUserToken = 20;

    private static readonly SearchValues<char> AfterAuthority = SearchValues.Create(" \t\r\n\"'<>`");

    private static readonly SearchValues<string> NameWords =
        SearchValues.Create(["name", "key"], StringComparison.OrdinalIgnoreCase);

    public static void Find(string text, SecretRules rules, List<SecretSpan> spans)
    {
        FindCertain(text, spans);

        // Looking for the words of a pattern costs a tenth of looking for the pattern, and most texts have none.
        if (text.AsSpan().ContainsAny(PatternWords) || text.AsSpan().ContainsAny(ShortPatternWords))
        {
            FindPatterns(text, rules, spans);
        }

        if (text.Contains('@', StringComparison.Ordinal))
        {
            FindGroup(DriverAddress(), text, "dsn-password", spans, _ => true);
        }

        if (text.Contains("value", StringComparison.OrdinalIgnoreCase) && text.AsSpan().ContainsAny(NameWords))
        {
            FindNamed(NameAndValue(), text, rules, spans);
        }
    }

    // What nobody can declare harmless.
    private static void FindCertain(string text, List<SecretSpan> spans)
    {
        FindPrivateKeys(text, spans);
        FindPuttyKey(text, spans);
        FindUrls(text, spans);
    }

    private static void FindPatterns(string text, SecretRules rules, List<SecretSpan> spans)
    {
        FindGroup(BearerToken(), text, "bearer", spans, LooksLikeToken);
        FindGroup(BasicCredentials(), text, "basic", spans, IsUserAndPassword);
        FindGroup(DockerAuth(), text, "auth", spans, IsUserAndPassword);
        FindGroup(Words(), text, "password", spans, _ => true);
        FindGroup(UserFlag(), text, "user-password", spans, password => !password.All(char.IsAsciiDigit)); // -u uid:gid
        FindGroup(ToolFlag(), text, "password", spans, _ => true);
        FindGroup(Directive(), text, "password", spans, _ => true);
        FindGroup(PasswordFile(), text, "password", spans, _ => true);
        FindGroup(SignedUrl(), text, "signature", spans, _ => true);
        FindGroup(WebHook(), text, "webhook", spans, _ => true);
        FindNamed(Element(), text, rules, spans);
        FindNamed(QuotedPair(), text, rules, spans);
        FindNamed(ListedFlag(), text, rules, spans);
        foreach (var match in PasswordHash().EnumerateMatches(text))
        {
            spans.Add(SecretSpan.ByForm(match.Index, match.Length, "password-hash"));
        }

        foreach (var match in KnownToken().EnumerateMatches(text))
        {
            spans.Add(SecretSpan.ByForm(match.Index, match.Length, "token"));
        }
    }

    private static void FindPrivateKeys(string text, List<SecretSpan> spans)
    {
        const string begin = "-----BEGIN ";
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0;)
        {
            var header = text.AsSpan(at, Math.Min(80, text.Length - at));
            var next = text.IndexOf(begin, at + begin.Length, StringComparison.Ordinal);
            if (header.Contains("PRIVATE KEY", StringComparison.Ordinal) || header.Contains("Static key", StringComparison.Ordinal))
            {
                var end = text.IndexOf("-----END ", at, StringComparison.Ordinal);
                var close = end < 0 ? -1 : text.IndexOf("-----", end + 9, StringComparison.Ordinal);
                var stop = close < 0 ? text.Length : close + 5;
                spans.Add(SecretSpan.ByForm(at, stop - at, "private-key") with { IsCertain = true });
            }

            at = next;
        }
    }

    private static void FindPuttyKey(string text, List<SecretSpan> spans)
    {
        var file = text.IndexOf("PuTTY-User-Key-File-", StringComparison.Ordinal);
        var key = file < 0 ? -1 : text.IndexOf("Private-Lines:", file, StringComparison.Ordinal);
        if (key >= 0)
        {
            spans.Add(SecretSpan.ByForm(key, text.Length - key, "private-key") with { IsCertain = true });
        }
    }

    private static void FindUrls(string text, List<SecretSpan> spans)
    {
        const string mark = "://";
        var lastHost = text.LastIndexOf('@');
        for (var at = text.IndexOf(mark, StringComparison.Ordinal); at >= 0 && at < lastHost;
             at = text.IndexOf(mark, at + mark.Length, StringComparison.Ordinal))
        {
            var start = at + mark.Length;
            var authority = text.AsSpan(start, Math.Min(LongestAuthority, text.Length - start));
            var stop = authority.IndexOfAny(AfterAuthority);
            authority = stop < 0 ? authority : authority[..stop];
            var colon = authority.IndexOf(':');
            var host = authority.LastIndexOf('@');
            var slash = authority.IndexOf('/');
            var isPath = slash >= 0 && (slash < colon || (colon >= 0 && IsPort(authority[(colon + 1)..slash])));
            if (colon >= 0 && host > colon && !isPath)
            {
                spans.Add(SecretSpan.ByForm(start + colon + 1, host - colon - 1, "url-password") with { IsCertain = true });
            }
            else if (host >= ShortestUserToken && !authority[..host].ContainsAny(':', '/'))
            {
                spans.Add(SecretSpan.ByForm(start, host, "url-token") with { IsCertain = true });
            }
        }
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 5 && !text.ContainsAnyExceptInRange('0', '9');

    private static void FindGroup(
        Regex pattern, string text, string label, List<SecretSpan> spans, Predicate<string> isSecret)
    {
        foreach (Match match in pattern.Matches(text))
        {
            var group = match.Groups["secret"];
            if (isSecret(group.Value))
            {
                spans.Add(SecretSpan.ByForm(group.Index, group.Length, label));
            }
        }
    }

    /// <summary>Text that calls a thing by its name in one place and has its value in another.</summary>
    private static void FindNamed(Regex pattern, string text, SecretRules rules, List<SecretSpan> spans)
    {
        foreach (Match match in pattern.Matches(text))
        {
            var name = match.Groups["name"].ValueSpan;
            var secret = match.Groups["secret"];
            if (rules.IsSecretName(name))
            {
                spans.Add(SecretSpan.ByName(secret.Index, secret.Length, name.ToString()));
            }
        }
    }

    private static bool LooksLikeToken(string text) => text.Length >= 24 || text.Any(char.IsAsciiDigit);

    private static bool IsUserAndPassword(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Contains(':', StringComparison.Ordinal);
    }
}
