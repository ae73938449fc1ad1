using System.Text;
using System.Text.RegularExpressions;

namespace RunAiDr.Sandbox.Apply;

/// <summary>Rules for names, labels and keys, with the texts of the server. Each answers null when the text fits.</summary>
internal static partial class NameRules
{
    public const string Subdomain = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValueRule = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string LabelNameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ConfigKeyRule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  "
        + "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    /// <summary>What is wrong with the name of an object of the kind.</summary>
    public static string? OfObject(string group, string kind, string name) => (group, kind) switch
    {
        ("rbac.authorization.k8s.io", _) => PathSegment(name),
        ("", "Namespace") => DnsLabel(name),
        ("", "Service") => DnsLabel(name),
        _ => DnsSubdomain(name),
    };

    public static string? DnsSubdomain(string name) =>
        name.Length > 253 ? "must be no more than 253 characters" : SubdomainPattern().IsMatch(name) ? null : Subdomain;

    public static string? LabelValue(string value) =>
        Encoding.UTF8.GetByteCount(value) > 63 ? "must be no more than 63 bytes" : LabelPattern().IsMatch(value) ? null : LabelValueRule;

    /// <summary>A label or annotation key: an optional prefix and a name.</summary>
    public static string? QualifiedName(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && DnsSubdomain(key[..slash]) is { } bad)
        {
            return slash == 0 ? "prefix part must be non-empty" : $"prefix part {bad}";
        }

        var name = key[(slash + 1)..];
        if (name.Length > 63)
        {
            return "name part must be no more than 63 bytes";
        }

        return name.Length > 0 && LabelPattern().IsMatch(name) ? null : name.Length == 0 ? "name part must be non-empty" : LabelNameRule;
    }

    public static string? ConfigKey(string key)
    {
        if (key.Length > 253)
        {
            return "must be no more than 253 characters";
        }

        if (!ConfigKeyPattern().IsMatch(key))
        {
            return ConfigKeyRule;
        }

        return key == "." ? "must not be '.'" : key.StartsWith("..", StringComparison.Ordinal) ? "must not start with '..'" : null;
    }

    private static string? DnsLabel(string name)
    {
        if (name.Length > 63)
        {
            return "must be no more than 63 characters";
        }

        if (LabelNamePattern().IsMatch(name))
        {
            return null;
        }

        return SubdomainPattern().IsMatch(name) ? "must not contain dots" : Label;
    }

    private static string? PathSegment(string name) => name switch
    {
        "." => "may not be '.'",
        ".." => "may not be '..'",
        _ when name.Contains('/', StringComparison.Ordinal) => "may not contain '/'",
        _ when name.Contains('%', StringComparison.Ordinal) => "may not contain '%'",
        _ => null,
    };

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelNamePattern();

    [GeneratedRegex(@"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ConfigKeyPattern();
}
