using System.Collections.Immutable;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Secrets;

/// <summary>Reads a rules file and collects every error before it gives up.</summary>
internal sealed class SecretRulesFile(string where)
{
    private const int FormatVersion = 1;

    private readonly ScopeErrors _errors = new(where, "The file of secret rules", "templates/scopes/secrets.yaml");

    public SecretRules Read(string text)
    {
        var document = ScopeFile.Load(text, _errors);
        var root = new ScopeNode(document, _errors);
        root.OnlyKeys("version", "charts", "names", "allow");
        if (root.Text("version") is { } version && version != $"{FormatVersion}")
        {
            _errors.Add(
                root.LineOf("version"), $"version {version} is not known; this program reads version {FormatVersion}");
        }

        var rules = new SecretRules
        {
            Digest = ScopeDigest.Of(document),
            Charts = [.. root.List("charts").Select(ReadChart)],
            Names = new NameGlobs([.. root.OptionalTexts("names")]),
            Allowed = [.. root.OptionalList("allow").Select(ReadAllowed)],
        };
        _errors.ThrowIfAny();
        return rules;
    }

    private ChartSecrets ReadChart(ScopeNode node)
    {
        node.OnlyKeys("chart", "versions", "paths");
        var versions = VersionRange.All;
        if (node.Map("versions")?.AsText() is { } text)
        {
            versions = VersionRange.TryParse(text) ?? versions;
            if (versions == VersionRange.All)
            {
                _errors.Add(node.LineOf("versions"), $"'{text}' is no range of versions, such as '>=2.12.0 <2.20.0'");
            }
        }

        var paths = node.Texts("paths").ToImmutableArray();
        foreach (var path in paths.Where(path => path.Split('.').Contains("", StringComparer.Ordinal)))
        {
            _errors.Add(
                node.LineOf("paths"),
                $"'{path}' is no path: keys with a dot between them, * for any one, ** for any number");
        }

        return new ChartSecrets(node.Text("chart") ?? "", versions, paths);
    }

    private AllowedValue ReadAllowed(ScopeNode node)
    {
        node.OnlyKeys("path", "because");
        var path = node.Text("path") ?? "";

        // Everything of a document at once is no exception from the rule but its end.
        var place = path.AsSpan(path.LastIndexOf('/') + 1);
        if (path.Length > 0 && (place.Length == path.Length || !place.ContainsAnyExcept("*?.")))
        {
            _errors.Add(
                node.LineOf("path"),
                $"'{path}' is no place in a document, such as values/runai-backend/global.licenseText");
        }

        return new AllowedValue(path, node.Text("because") ?? "");
    }
}
