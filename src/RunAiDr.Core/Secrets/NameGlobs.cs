using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Enumeration;

namespace RunAiDr.Core.Secrets;

/// <summary>
/// Names of any case, literal or with <c>*</c>. Every name of every text is asked for, so most answers are one look.
/// </summary>
internal sealed class NameGlobs
{
    public static readonly NameGlobs None = new([]);

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _literals;
    private readonly ImmutableArray<string> _globs;

    public NameGlobs(ImmutableArray<string> patterns)
    {
        _globs = [.. patterns.Where(IsGlob)];
        _literals = patterns.Where(pattern => !IsGlob(pattern)).ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
        IsEmpty = patterns.IsEmpty;
    }

    public bool IsEmpty { get; }

    public bool Match(ReadOnlySpan<char> name)
    {
        if (_literals.Contains(name))
        {
            return true;
        }

        foreach (var glob in _globs)
        {
            if (FileSystemName.MatchesSimpleExpression(glob, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsGlob(string pattern) => pattern.AsSpan().ContainsAny('*', '?');
}
