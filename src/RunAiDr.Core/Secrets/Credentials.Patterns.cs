using System.Buffers;
using System.Text.RegularExpressions;

namespace RunAiDr.Core.Secrets;

internal static partial class Credentials
{
    private const RegexOptions Linear =
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking;

    /// <summary>Each match of a pattern below holds one of these, or of the short ones: one search for all would be slow.</summary>
    private static readonly SearchValues<string> PatternWords = SearchValues.Create(
        [
            "bearer", "basic", "auth", "login", "password", "identified by", " -u", "\t-u", "- -",
            "sshpass", "mysql", "mariadb", "redis-cli", "requirepass", "masterauth", ":*:", ":54", ":64", "sig=", "signature=",
            "token=", "code=", "key=", "hooks.slack", "/webhooks/", "webhook.office", "$apr1$", "$1$", "$5$", "$6$",
            "$7$", "$y$", "$argon2", "$scrypt", "$pbkdf2", "{SHA", "{SSHA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
            "github_pat_", "xox", "xapp-", "nvapi-", "hf_", "sk-", "sk_", "rk_", "AIza", "ya29.", "npm_", "pypi-",
            "dckr_", "hvs.", "dapi", "AKCp", "cmVmdGtu", "sha256~", "SG.", "dop_v1_",
            "AGE-SECRET-KEY-1", "eyJ", "AKIA", "ASIA",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> ShortPatternWords =
        SearchValues.Create(["--", "</", "\",", "',", "$2", "gl"], StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\bbearer[ \t]+(?<secret>[A-Za-z0-9._~+/=-]{8,})", Linear)]
    private static partial Regex BearerToken();

    [GeneratedRegex(@"\bbasic[ \t]+(?<secret>[A-Za-z0-9+/=]{8,})", Linear)]
    private static partial Regex BasicCredentials();

    [GeneratedRegex(@"\bauth\\?[""']?[ \t]*[:=][ \t]*\\?[""']?(?<secret>[A-Za-z0-9+/=]{8,})", Linear)]
    private static partial Regex DockerAuth();

    /// <summary>Flags, SQL and netrc: a word for password, blanks, the password.</summary>
    [GeneratedRegex(
        @"(?:--[a-z-]*(?:password|passwd|secret|token|api-key)[ \t]+'?|\blogin\s+\S+\s+password\s+"
        + @"|\b(?:password|identified by)[ \t]+')(?<secret>[^\s']+)",
        Linear)]
    private static partial Regex Words();

    /// <summary>curl, wget: the password after the user.</summary>
    [GeneratedRegex(@"(?:[ \t]-u|--user)[ \t=]+[""']?[^\s:""']+:(?<secret>[^\s""']+)", Linear)]
    private static partial Regex UserFlag();

    /// <summary>Programs whose short flag for a password is not that of others.</summary>
    [GeneratedRegex(
        @"\b(?:(?:sshpass|login)\b[^\n|;&]*?[ \t]-p[ \t]*|(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]*?[ \t]-p"
        + @"|redis-cli\b[^\n|;&]*?[ \t]-a[ \t]+)[""']?(?<secret>[^\s""'-][^\s""']*)",
        Linear)]
    private static partial Regex ToolFlag();

    /// <summary>redis.conf.</summary>
    [GeneratedRegex(@"^[ \t]*(?:requirepass|masterauth)[ \t]+[""']?(?<secret>[^\s""']+)", Linear | RegexOptions.Multiline)]
    private static partial Regex Directive();

    /// <summary>.pgpass: host, port, database, user, password.</summary>
    [GeneratedRegex(@"^[^:\s]+:(?:\d{4,5}|\*):[^:\s]+:[^:\s]+:(?<secret>\S+)$", Linear | RegexOptions.Multiline)]
    private static partial Regex PasswordFile();

    /// <summary>
    /// Addresses that are no URLs: <c>user:password@tcp(host)</c>, <c>thin:user/password@host</c>,
    /// <c>user:password@host:25</c>.
    /// </summary>
    [GeneratedRegex(
        @"(?:[\w.+-]:(?<secret>[^\s'""()]+)@(?:tcp|unix)?[46]?\(|:thin:[^/\s'""]+/(?<secret>[^\s'""@]+)@"
        + @"|(?:^|[\s""'=,])[\w.+-]*:(?<secret>[^\s:@/""',]{3,})@[\w-]+(?:\.[\w-]+)*:\d+)",
        Linear)]
    private static partial Regex DriverAddress();

    /// <summary>What makes an address of a cloud's storage open to whoever has it.</summary>
    [GeneratedRegex(
        @"[?&;](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|code|key|access_token|token)="
        + @"(?<secret>[^&\s""'<>\uE000]{16,})",
        Linear)]
    private static partial Regex SignedUrl();

    [GeneratedRegex(
        @"(?:hooks\.slack\.com/(?:services|workflows)/|discord(?:app)?\.com/api/webhooks/\d+/|webhook\.office\.com/webhookb2/)"
        + @"(?<secret>[^\s""'<>]+)",
        Linear)]
    private static partial Regex WebHook();

    [GeneratedRegex(@"<(?<name>[a-z0-9_.-]+)(?:[ \t][^<>]*)?>(?<secret>[^<]*[^<\s][^<]*)</", Linear)]
    private static partial Regex Element();

    /// <summary>Arguments of a program or a function: <c>"--password", "x"</c>.</summary>
    [GeneratedRegex(
        @"[""'](?<name>[a-z0-9_.-]+)\\?[""']\s*,\s*\\?[""'](?<secret>[^""'\\\n]+)\\?[""']\s*(?:[,)\]]|$)",
        Linear)]
    private static partial Regex QuotedPair();

    /// <summary>Arguments of a container in YAML, a flag and its value on lines of their own.</summary>
    [GeneratedRegex(
        @"-[ \t]+[""']?(?<name>--?[a-z][a-z-]*)[""']?[ \t]*\n[ \t]*-[ \t]+[""']?(?<secret>[^\s""'-][^\s""']*)",
        Linear)]
    private static partial Regex ListedFlag();

    /// <summary>The environment of a container, in YAML or JSON: <c>name: X</c> and below or beside it <c>value: Y</c>.</summary>
    [GeneratedRegex(
        @"\b(?:name|key)\\?[""']?[ \t]*[:=][ \t]*\\?[""']?(?<name>[a-z0-9_.-]+)\\?[""']?(?:[ \t]*,\s*|\s+)(?:\\?[""'])?"
        + @"value\\?[""']?[ \t]*[:=][ \t]*(?:\\?""(?<secret>[^""\\]+)|'(?<secret>[^']+)|(?<secret>[^\s""'\\,}][^\r\n,}]*))",
        Linear)]
    private static partial Regex NameAndValue();

    /// <summary>Of crypt(3), htpasswd and LDAP.</summary>
    [GeneratedRegex(
        @"(?:\$(?:apr1|2[abxy]?|1|5|6|7|y|argon2(?:id|i|d)|scrypt|pbkdf2[a-z0-9-]*)\$[^\s""':,]{8,}"
        + @"|\{S?SHA(?:\d{3})?\}[A-Za-z0-9+/=]{16,})",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PasswordHash();

    [GeneratedRegex(
        @"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl[a-z]{2,5}-[A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
        + @"|xapp-[A-Za-z0-9-]{10,}|nvapi-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"
        + @"|AGE-SECRET-KEY-1[A-Z0-9]{20,}|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}"
        + @"|dckr_[a-z]+_[A-Za-z0-9_-]{20,}|hvs\.[A-Za-z0-9_-]{20,}|dapi[0-9a-f]{32}|AKCp[A-Za-z0-9]{20,}|cmVmdGtu[A-Za-z0-9]{20,}"
        + @"|sha256~[A-Za-z0-9_-]{40,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|dop_v1_[0-9a-f]{32,}"
        + @"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+|(?:AKIA|ASIA)[A-Z0-9]{16})",
        RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex KnownToken();
}
