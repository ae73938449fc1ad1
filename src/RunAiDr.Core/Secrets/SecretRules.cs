using System.Collections.Immutable;
using System.IO.Enumeration;

namespace RunAiDr.Core.Secrets;

/// <summary>What an operator knows about secrets beyond names, forms and entropy: the content of a rules file.</summary>
public sealed record SecretRules
{
    public static readonly SecretRules None = new();

    /// <summary>SHA-256 of what the rules file says, in hex; empty without one.</summary>
    internal string Digest { get; init; } = "";

    internal ImmutableArray<ChartSecrets> Charts { get; init; } = [];

    /// <summary>Globs of further names whose value is a secret, of any case.</summary>
    internal NameGlobs Names { get; init; } = NameGlobs.None;

    internal ImmutableArray<AllowedValue> Allowed { get; init; } = [];

    /// <summary>Of the chart whose values are looked at.</summary>
    internal SecretPaths Paths { get; private init; } = SecretPaths.None;

    /// <summary>That chart and its version, for reasons.</summary>
    internal string Chart { get; private init; } = "";

    /// <summary>Reads a rules file.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="where">Name of the file, for messages.</param>
    /// <exception cref="RunAiDrException">The file is malformed: the message lists every error with its line.</exception>
    public static SecretRules Parse(string text, string where) => new SecretRulesFile(where).Read(text);

    /// <summary>The rules that come with the program, for a self-hosted Run:ai.</summary>
    public static SecretRules RunAi()
    {
        using var stream = typeof(SecretRules).Assembly.GetManifestResourceStream("scopes/secrets.yaml")
            ?? throw new InvalidOperationException("The rules for secrets are not embedded.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd(), "scopes/secrets.yaml");
    }

    /// <summary>With the paths of one chart.</summary>
    internal SecretRules For(string chart, string version) => this with
    {
        Chart = $"{chart} {version}",
        Paths = new SecretPaths(Charts.Where(rule => rule.IsOf(chart, version)).SelectMany(rule => rule.Paths)),
    };

    internal bool IsSecretName(ReadOnlySpan<char> name) => SecretNames.IsSecret(name) || Names.Match(name);

    /// <summary>The entry that lets the value of a placeholder stay; null when there is none.</summary>
    internal AllowedValue? AllowedBy(string placeholder) => Allowed.FirstOrDefault(
        entry => FileSystemName.MatchesSimpleExpression(entry.Path, placeholder, ignoreCase: false));
}

/// <summary>Paths of the values of a chart that are secret whatever they hold.</summary>
/// <param name="Chart">Name of the chart, or a glob.</param>
/// <param name="Versions">Versions of the chart that have them.</param>
/// <param name="Paths">See <see cref="SecretPaths"/>.</param>
internal sealed record ChartSecrets(string Chart, VersionRange Versions, ImmutableArray<string> Paths)
{
    public bool IsOf(string chart, string version) =>
        FileSystemName.MatchesSimpleExpression(Chart, chart) && Versions.Contains(version);
}

/// <summary>A value that only looks like a secret.</summary>
/// <param name="Path">Name of its placeholder, or a glob.</param>
/// <param name="Because">Why it is none.</param>
internal sealed record AllowedValue(string Path, string Because);
