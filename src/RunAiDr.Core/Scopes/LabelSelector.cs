using System.Collections.Immutable;

namespace RunAiDr.Core.Scopes;

/// <summary>
/// A Kubernetes label selector: <c>key</c>, <c>!key</c>, <c>key=value</c>, <c>key!=value</c>, <c>key in (a, b)</c>, joined
/// by commas. <see cref="ToString"/> is what the API server takes.
/// </summary>
public sealed class LabelSelector
{
    private readonly ImmutableArray<Requirement> _requirements;

    private LabelSelector(ImmutableArray<Requirement> requirements) => _requirements = requirements;

    /// <summary>The label is there and has a value.</summary>
    public static LabelSelector Present(string key) =>
        new([new Requirement(key, Operator.Exists, []), new Requirement(key, Operator.NotIn, [""])]);

    /// <summary>Null, and a reason, when the text is no selector.</summary>
    public static LabelSelector? TryParse(string text, out string reason)
    {
        var requirements = ImmutableArray.CreateBuilder<Requirement>();
        foreach (var part in SplitOutsideParentheses(text))
        {
            if (ParseRequirement(part) is not { } requirement)
            {
                reason = $"'{part}' is not a label selector (key, !key, key=value, key!=value, key in (a, b))";
                return null;
            }

            requirements.Add(requirement);
        }

        reason = "";
        return new LabelSelector(requirements.ToImmutable());
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Holds(labels))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => string.Join(',', _requirements);

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        var start = 0;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }

    private static Requirement? ParseRequirement(string part)
    {
        if (part.StartsWith('!'))
        {
            return Make(part[1..], Operator.Absent, []);
        }

        var set = part.IndexOf(" in (", StringComparison.Ordinal);
        if (set > 0 && part.EndsWith(')'))
        {
            var values = part[(set + 5)..^1].Split(',', StringSplitOptions.TrimEntries);
            return Make(part[..set], Operator.In, [.. values]);
        }

        var differs = part.IndexOf("!=", StringComparison.Ordinal);
        if (differs > 0)
        {
            return Make(part[..differs], Operator.NotIn, [part[(differs + 2)..].Trim()]);
        }

        var equals = part.IndexOf('=');
        return equals < 0
            ? Make(part, Operator.Exists, [])
            : Make(part[..equals], Operator.In, [part[(equals + 1)..].TrimStart('=').Trim()]);
    }

    private static Requirement? Make(string key, Operator op, ImmutableArray<string> values)
    {
        var trimmed = key.Trim();
        var legal = trimmed.Length > 0 && trimmed.All(c => char.IsAsciiLetterOrDigit(c) || "-_./".Contains(c));
        return legal ? new Requirement(trimmed, op, values) : null;
    }

    private enum Operator
    {
        Exists,
        Absent,
        In,
        NotIn,
    }

    private sealed record Requirement(string Key, Operator Operator, ImmutableArray<string> Values)
    {
        public bool Holds(IReadOnlyDictionary<string, string> labels)
        {
            var there = labels.TryGetValue(Key, out var found);
            var value = found ?? "";
            return Operator switch
            {
                Operator.Exists => there,
                Operator.Absent => !there,
                Operator.In => there && Values.Contains(value, StringComparer.Ordinal),
                _ => !there || !Values.Contains(value, StringComparer.Ordinal),
            };
        }

        public override string ToString() => Operator switch
        {
            Operator.Exists => Key,
            Operator.Absent => "!" + Key,
            Operator.NotIn => $"{Key}!={Values[0]}",
            _ => Values.Length == 1 ? $"{Key}={Values[0]}" : $"{Key} in ({string.Join(',', Values)})",
        };
    }
}
