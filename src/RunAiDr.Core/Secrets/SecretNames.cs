using System.Buffers;
using System.Collections.Frozen;

namespace RunAiDr.Core.Secrets;

/// <summary>Tells from the name of a field, a variable or a setting whether its value is a secret.</summary>
internal static class SecretNames
{
    private const int LongestName = 128;

    private static readonly SearchValues<string> Markers = SearchValues.Create(
        ["pass", "pw", "pswd", "secret", "token", "key", "cred", "auth", "dsn", "conn", "bearer", "kubeconfig", "dockerc", "htp"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Passwords = FrozenSet.Create(
        StringComparer.Ordinal,
        "password", "passwords", "passwd", "passphrase", "passphrases", "passcode", "pass", "pgpass", "sshpass", "pw", "pswd");

    /// <summary>
    /// Words that say in which form or of what time a value is, not what it is; of base64 and b64 without their digits.
    /// </summary>
    private static readonly FrozenSet<string> Qualifiers = FrozenSet.Create(
        StringComparer.Ordinal,
        "value", "text", "string", "plain", "old", "previous", "new", "hash", "base", "b", "json", "data");

    private static readonly FrozenSet<string> Secrets = FrozenSet.Create(
        StringComparer.Ordinal,
        "secret", "token", "tokens", "credential", "credentials", "creds", "authorization", "bearer", "dsn", "htpasswd",
        "kubeconfig", "dockerconfigjson", "dockercfg", "apikey", "apikeys", "secretkey", "privatekey", "clientsecret",
        "accesstoken", "authtoken", "refreshtoken", "connectionstring");

    /// <summary>What a key must be for to be secret: the key of a toleration or of a ConfigMap is none.</summary>
    private static readonly FrozenSet<string> SecretKeys = FrozenSet.Create(
        StringComparer.Ordinal,
        "api", "secret", "private", "license", "licence", "signing", "encryption", "encrypt", "master", "shared", "storage",
        "account", "ssh", "auth", "session", "jwt", "hmac", "cookie", "webhook", "tls", "rsa", "aes", "deploy", "preshared");

    private static readonly FrozenSet<string> Public = FrozenSet.Create(
        StringComparer.Ordinal,
        "sha", "digest", "checksum", "md", "crc", "commit", "revision", "rev", "hash", "fingerprint", "thumbprint", "etag",
        "uid", "uuid", "guid", "public", "certificate", "cert", "crt", "ca", "tag", "image");

    /// <summary>Words before "secret" that make it the name of a Secret.</summary>
    private static readonly FrozenSet<string> Kinds = FrozenSet.Create(StringComparer.Ordinal, "tls", "pull", "ca");

    /// <summary>Whether a text may hold such a name at all.</summary>
    public static bool MayBeIn(string text) => text.AsSpan().ContainsAny(Markers);

    public static bool IsSecret(ReadOnlySpan<char> name)
    {
        if (name.Length > LongestName || !name.ContainsAny(Markers))
        {
            return false;
        }

        var words = Words(name);
        DropQualifiers(words);
        if (words.Count == 0 || NamesExistingSecret(words))
        {
            return false;
        }

        var last = words[^1];
        var before = words.Count > 1 ? words[^2] : "";
        return last switch
        {
            "secret" => !Kinds.Contains(before),
            "key" or "keys" => SecretKeys.Contains(before)
                || (before == "access" && words.Exists(word => word is "secret" or "shared")),
            "string" => before == "connection",
            "pwd" => IsPasswordNotFolder(name),
            _ => IsPasswordWord(last) || Secrets.Contains(last) || EndsInSecret(last),
        };
    }

    /// <summary>
    /// Whether a number under this name is a secret too: a password may be one, the limit of a token is not.
    /// </summary>
    public static bool IsPassword(ReadOnlySpan<char> name) =>
        name.Length <= LongestName && name.ContainsAny(Markers) && DropQualifiers(Words(name)) is { Count: > 0 } words
        && (IsPasswordWord(words[^1]) || words[^1] == "pwd");

    // PGPASSWORD has no mark between its words.
    private static bool IsPasswordWord(string word) =>
        Passwords.Contains(word) || word.EndsWith("password", StringComparison.Ordinal)
        || word.EndsWith("passwd", StringComparison.Ordinal);

    /// <summary>
    /// Whether random text under this name is public: the digest of an image, a revision, a UUID, a public key.
    /// </summary>
    public static bool IsPublic(ReadOnlySpan<char> name)
    {
        if (name.Length > LongestName)
        {
            return false;
        }

        var words = Words(name);
        return words.Exists(Public.Contains) && !words.Exists(word => IsPasswordWord(word) || word is "secret" or "token");
    }

    // githubtoken and dbsecretkey have no mark between their words; an imagepullsecret is the name of a Secret.
    private static bool EndsInSecret(string word) =>
        word.EndsWith("token", StringComparison.Ordinal) || word.EndsWith("apikey", StringComparison.Ordinal)
        || word.EndsWith("secretkey", StringComparison.Ordinal) || word.EndsWith("privatekey", StringComparison.Ordinal);

    // PWD of a shell is the folder it is in; pwd of a connection string and MYSQL_PWD are passwords.
    private static bool IsPasswordNotFolder(ReadOnlySpan<char> name) => name is not "PWD";

    private static bool NamesExistingSecret(List<string> words) =>
        words.Contains("existing", StringComparer.Ordinal) && words.Exists(word => word.Contains("secret", StringComparison.Ordinal));

    private static List<string> DropQualifiers(List<string> words)
    {
        while (words.Count > 1 && Qualifiers.Contains(words[^1]) && words[^2..] is not ["connection", "string"])
        {
            words.RemoveAt(words.Count - 1);
        }

        return words;
    }

    /// <summary>
    /// Splits camelCase, snake_case, kebab-case and dots into lower-case words without trailing digits.
    /// </summary>
    private static List<string> Words(ReadOnlySpan<char> name)
    {
        var words = new List<string>(4);
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var ends = i == name.Length || !char.IsLetter(name[i])
                || (i > start && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || IsFollowedByLower(name, i)));
            if (!ends)
            {
                continue;
            }

            if (i > start)
            {
                words.Add(name[start..i].ToString().ToLowerInvariant());
            }

            start = i < name.Length && char.IsLetter(name[i]) ? i : i + 1;
        }

        return words;
    }

    private static bool IsFollowedByLower(ReadOnlySpan<char> name, int i) =>
        i + 1 < name.Length && char.IsLower(name[i + 1]);
}
