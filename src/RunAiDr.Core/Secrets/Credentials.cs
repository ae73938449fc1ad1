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

    /// <summary>Each match of a pattern below holds one of these.</summary>
    private static readonly SearchValues<string> PatternWords = SearchValues.Create(
        [
            "bearer", "basic", "auth", "--", "login", "password", "identified by", " -u", "\t-u", "</",
            "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "nvapi-", "hf_", "sk-",
            "AGE-SECRET-KEY-1", "eyJ", "AKIA", "ASIA",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> NameWords =
        SearchValues.Create(["name", "key"], StringComparison.OrdinalIgnoreCase);

    public static void Find(string text, List<SecretSpan> spans)
    {
        FindPrivateKeys(text, spans);
        FindUrls(text, spans);

        // Looking for the words of a pattern costs a tenth of looking for the pattern, and most texts have none.
        if (text.AsSpan().ContainsAny(PatternWords))
        {
            FindPatterns(text, spans);
        }

        if (text.Contains("value", StringComparison.OrdinalIgnoreCase) && text.AsSpan().ContainsAny(NameWords))
        {
            FindNamed(NameAndValue(), text, spans);
        }
    }

    private static void FindPatterns(string text, List<SecretSpan> spans)
    {
        FindGroup(BearerToken(), text, "bearer", spans, LooksLikeToken);
        FindGroup(BasicCredentials(), text, "basic", spans, IsUserAndPassword);
        FindGroup(DockerAuth(), text, "auth", spans, IsUserAndPassword);
        FindGroup(Words(), text, "password", spans, _ => true);
        FindGroup(UserFlag(), text, "user-password", spans, password => !password.All(char.IsAsciiDigit)); // -u uid:gid
        FindNamed(Element(), text, spans);
        foreach (var match in KnownToken().EnumerateMatches(text))
        {
            spans.Add(new SecretSpan(match.Index, match.Length, "token"));
        }
    }

    private static void FindPrivateKeys(string text, List<SecretSpan> spans)
    {
        const string begin = "-----BEGIN ";
        for (var at = text.IndexOf(begin, StringComparison.Ordinal); at >= 0;)
        {
            var header = text.AsSpan(at, Math.Min(80, text.Length - at));
            var next = text.IndexOf(begin, at + begin.Length, StringComparison.Ordinal);
            if (header.Contains("PRIVATE KEY", StringComparison.Ordinal))
            {
                var end = text.IndexOf("-----END ", at, StringComparison.Ordinal);
                var close = end < 0 ? -1 : text.IndexOf("-----", end + 9, StringComparison.Ordinal);
                var stop = close < 0 ? text.Length : close + 5;
                spans.Add(new SecretSpan(at, stop - at, "private-key"));
            }

            at = next;
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
                spans.Add(new SecretSpan(start + colon + 1, host - colon - 1, "url-password"));
            }
            else if (host >= ShortestUserToken && !authority[..host].ContainsAny(':', '/'))
            {
                spans.Add(new SecretSpan(start, host, "url-token"));
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
                spans.Add(new SecretSpan(group.Index, group.Length, label));
            }
        }
    }

    /// <summary>Text that calls a thing by its name in one place and has its value in another.</summary>
    private static void FindNamed(Regex pattern, string text, List<SecretSpan> spans)
    {
        foreach (Match match in pattern.Matches(text))
        {
            var name = match.Groups["name"].ValueSpan;
            var secret = match.Groups["secret"];
            if (SecretNames.IsSecret(name))
            {
                spans.Add(new SecretSpan(secret.Index, secret.Length, name.ToString()));
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

    [GeneratedRegex(@"\bbearer[ \t]+(?<secret>[A-Za-z0-9._~+/=-]{8,})", Linear)]
    private static partial Regex BearerToken();

    [GeneratedRegex(@"\bbasic[ \t]+(?<secret>[A-Za-z0-9+/=]{8,})", Linear)]
    private static partial Regex BasicCredentials();

    [GeneratedRegex(@"\bauth\\?[""']?[ \t]*[:=][ \t]*\\?[""']?(?<secret>[A-Za-z0-9+/=]{8,})", Linear)]
    private static partial Regex DockerAuth();

    /// <summary>Flags, SQL and netrc: a word for password, blanks, the password.</summary>
    [GeneratedRegex(
        @"(?:--[a-z-]*(?:password|passwd|secret|token|api-key)[ \t]+'?|\blogin[ \t]+\S+[ \t]+password[ \t]+"
        + @"|\b(?:password|identified by)[ \t]+')(?<secret>[^\s']+)",
        Linear)]
    private static partial Regex Words();

    /// <summary>curl, wget: the password after the user.</summary>
    [GeneratedRegex(@"(?:[ \t]-u|--user)[ \t=]+[""']?[^\s:""']+:(?<secret>[^\s""']+)", Linear)]
    private static partial Regex UserFlag();

    [GeneratedRegex(@"<(?<name>[a-z0-9_.-]+)(?:[ \t][^<>]*)?>(?<secret>[^<]*[^<\s][^<]*)</", Linear)]
    private static partial Regex Element();

    /// <summary>The environment of a container, in YAML or JSON: <c>name: X</c> and below or beside it <c>value: Y</c>.</summary>
    [GeneratedRegex(
        @"\b(?:name|key)\\?[""']?[ \t]*[:=][ \t]*\\?[""']?(?<name>[a-z0-9_.-]+)\\?[""']?(?:[ \t]*,\s*|\s+)(?:\\?[""'])?"
        + @"value\\?[""']?[ \t]*[:=][ \t]*(?:\\?""(?<secret>[^""\\]+)|'(?<secret>[^']+)|(?<secret>[^\s""'\\,}][^\r\n,}]*))",
        Linear)]
    private static partial Regex NameAndValue();

    [GeneratedRegex(
        @"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
        + @"|nvapi-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|AGE-SECRET-KEY-1[A-Z0-9]{20,}"
        + @"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+|(?:AKIA|ASIA)[A-Z0-9]{16})",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex KnownToken();

    private const RegexOptions Linear =
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;
}
