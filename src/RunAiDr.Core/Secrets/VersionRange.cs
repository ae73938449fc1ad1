using System.Collections.Immutable;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Versions of a chart: comparisons that must all hold, such as <c>&gt;=2.12.0 &lt;2.20.0</c>; none is every version.
/// </summary>
internal sealed class VersionRange
{
    public static readonly VersionRange All = new([]);

    // The longer ones first: each begins with a shorter one.
    private static readonly string[] Operators = [">=", "<=", ">", "<", "="];

    private readonly ImmutableArray<(string Operator, Version Bound)> _bounds;

    private VersionRange(ImmutableArray<(string Operator, Version Bound)> bounds) => _bounds = bounds;

    public static VersionRange? TryParse(string text)
    {
        var bounds = ImmutableArray.CreateBuilder<(string, Version)>();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Array.Find(Operators, comparison => part.StartsWith(comparison, StringComparison.Ordinal)) is not { } found
                || VersionOf(part[found.Length..]) is not { } bound)
            {
                return null;
            }

            bounds.Add((found, bound));
        }

        return bounds.Count == 0 ? null : new VersionRange(bounds.ToImmutable());
    }

    /// <summary>A version that cannot be compared is in every range: better a needless rule than a secret missed.</summary>
    public bool Contains(string version) =>
        VersionOf(version) is not { } number
        || _bounds.All(bound => Holds(bound.Operator, number.CompareTo(bound.Bound)));

    private static bool Holds(string comparison, int order) => comparison switch
    {
        ">=" => order >= 0,
        "<=" => order <= 0,
        ">" => order > 0,
        "<" => order < 0,
        _ => order == 0,
    };

    // Not of a version before a release, such as 2.20.0-rc1: it may hold the keys of either side.
    private static Version? VersionOf(string text) =>
        Version.TryParse(text.StartsWith('v') ? text[1..] : text, out var version)
            ? new Version(version.Major, version.Minor, Math.Max(version.Build, 0), Math.Max(version.Revision, 0))
            : null;
}
