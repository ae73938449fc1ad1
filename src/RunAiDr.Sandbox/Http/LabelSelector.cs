using System.Text.RegularExpressions;

namespace RunAiDr.Sandbox.Http;

/// <summary>A label selector: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k</c>.</summary>
internal sealed partial class LabelSelector
{
    public static readonly LabelSelector Everything = new([]);

    private readonly List<Func<IReadOnlyDictionary<string, string>?, bool>> _requirements;

    private LabelSelector(List<Func<IReadOnlyDictionary<string, string>?, bool>> requirements) => _requirements = requirements;

    public bool IsEverything => _requirements.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string>? labels) => _requirements.TrueForAll(r => r(labels));

    /// <exception cref="StatusException">400: not a selector.</exception>
    public static LabelSelector Parse(string text)
    {
        var requirements = new List<Func<IReadOnlyDictionary<string, string>?, bool>>();
        foreach (var part in Split(text))
        {
            requirements.Add(Requirement(part.Trim()));
        }

        return requirements.Count == 0 ? Everything : new LabelSelector(requirements);
    }

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        if (!string.IsNullOrWhiteSpace(text[start..]))
        {
            yield return text[start..];
        }
    }

    private static Func<IReadOnlyDictionary<string, string>?, bool> Requirement(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            throw Statuses.BadRequest(text.StartsWith('=')
                ? $"found '{text}', expected: !, identifier, or 'end of string'"
                : $"unable to parse requirement: found '{text}', expected: identifier");
        }

        var key = match.Groups["key"].Value;
        if (!Name().IsMatch(key))
        {
            throw Statuses.BadRequest($"unable to parse requirement: <nil>: Invalid value: \"{key}\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
        }

        var values = match.Groups["set"].Success
            ? match.Groups["set"].Value.Split(',').Select(v => v.Trim()).ToHashSet(StringComparer.Ordinal)
            : [match.Groups["value"].Value];
        return (match.Groups["not"].Success, match.Groups["op"].Value) switch
        {
            (true, _) => labels => labels?.ContainsKey(key) != true,
            (_, "=" or "==" or "in") => labels => labels is not null && labels.TryGetValue(key, out var v) && values.Contains(v),
            (_, "!=" or "notin") => labels => labels is null || !labels.TryGetValue(key, out var v) || !values.Contains(v),
            _ => labels => labels?.ContainsKey(key) == true,
        };
    }

    [GeneratedRegex(@"^((?<not>!)\s*(?<key>[^\s=!,()]+)|(?<key>[^\s=!,()]+)(\s*(?<op>==|=|!=)\s*(?<value>[^\s=!,()]*)|\s+(?<op>in|notin)\s*\((?<set>[^()]*)\))?)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();

    [GeneratedRegex("^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();
}
