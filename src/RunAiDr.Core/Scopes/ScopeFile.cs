using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using RunAiDr.Core.Yaml;
using YamlDotNet.RepresentationModel;

namespace RunAiDr.Core.Scopes;

/// <summary>Reads a scope file and collects every error before it gives up.</summary>
internal sealed partial class ScopeFile(string where)
{
    private const int FormatVersion = 1;
    private const string MovedKey = "secretValues";

    private readonly ScopeErrors _errors = new(where, "The scope file", "templates/scopes/runai.yaml");
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kinds = new(StringComparer.Ordinal);

    public Scope Read(string text)
    {
        var root = new ScopeNode(Load(text, _errors), _errors);
        root.OnlyKeys("version", "labels", "kinds", "helm", "rules");
        ReadVersion(root);
        ReadLabels(root);
        var kinds = ReadKinds(root);
        var releases = root.List("helm").Select(ReadRelease).ToImmutableArray();
        var rules = ReadRules(root);
        if (!_labels.ContainsKey("project"))
        {
            _errors.Add(root.Line, "labels.project is missing: the label of project namespaces, such as runai/queue");
        }

        _errors.ThrowIfAny();
        return new Scope(_labels["project"], kinds, releases, rules, ScopeDigest.Of(root.Node));
    }

    /// <summary>The one document of a text.</summary>
    /// <exception cref="RunAiDrException">It is not YAML, or more than one document.</exception>
    internal static YamlNode Load(string text, ScopeErrors errors)
    {
        // Refuses what is no YAML, and what the nodes below would be built from without end: aliases, deep nesting.
        YamlReader.Read(Encoding.UTF8.GetBytes(text), errors.Where, Fault.Configuration);
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        stream.Load(reader);
        if (stream.Documents.Count == 1)
        {
            return stream.Documents[0].RootNode;
        }

        errors.Add(1, $"one YAML document is expected, not {stream.Documents.Count}");
        errors.ThrowIfAny();
        throw new InvalidOperationException("Unreachable: an error was added.");
    }

    private void ReadVersion(ScopeNode root)
    {
        if (root.Text("version") is { } version && version != $"{FormatVersion}")
        {
            _errors.Add(
                root.LineOf("version"), $"version {version} is not known; this program reads version {FormatVersion}");
        }
    }

    private void ReadLabels(ScopeNode root)
    {
        foreach (var (name, value) in root.Entries("labels"))
        {
            _labels[name] = value.AsText() ?? "";
        }
    }

    private ImmutableSortedDictionary<string, ImmutableArray<string>> ReadKinds(ScopeNode root)
    {
        var kinds = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var (name, versions) in root.Entries("kinds"))
        {
            if (!KindName().IsMatch(name))
            {
                _errors.Add(
                    versions.Line, $"'{name}' is not a kind: write plural or plural.group, such as projects.run.ai");
            }

            kinds[name] = [.. versions.AsTexts()];
            _kinds.Add(name);
        }

        return kinds.ToImmutable();
    }

    private HelmReleaseScope ReadRelease(ScopeNode node)
    {
        if (node.Map(MovedKey) is { } moved)
        {
            _errors.Add(
                moved.Line,
                $"{MovedKey} has moved: list these paths under charts in a file that `secretRules` of the configuration names");
        }
        else
        {
            node.OnlyKeys("release", "namespace");
        }

        return new HelmReleaseScope(node.Text("release") ?? "", node.Text("namespace") ?? "");
    }

    private ImmutableArray<ScopeRule> ReadRules(ScopeNode root)
    {
        var rules = root.List("rules").Select(ReadRule).ToImmutableArray();
        var named = rules.Where(rule => rule.Name.Length > 0);
        foreach (var group in named.GroupBy(rule => rule.Name, StringComparer.Ordinal))
        {
            if (group.Count() > 1)
            {
                _errors.Add(root.LineOf("rules"), $"{group.Count()} rules are called '{group.Key}'");
            }
        }

        return rules;
    }

    private ScopeRule ReadRule(ScopeNode node)
    {
        node.OnlyKeys("name", "kinds", "where", "exclude", "treatment");
        var kinds = node.Texts("kinds").ToImmutableArray();
        foreach (var kind in kinds.Where(kind => !_kinds.Contains(kind)))
        {
            _errors.Add(node.LineOf("kinds"), $"kind '{kind}' is not listed under kinds");
        }

        var treatment = ReadTreatment(node);
        if (treatment != Treatment.Omit && kinds.Any(kind => (kind == "secrets") != (treatment is Treatment.Encrypt or Treatment.Reference)))
        {
            _errors.Add(node.LineOf("treatment"), "secrets are kept encrypted or by reference, and nothing else is");
        }

        return new ScopeRule(
            node.Text("name") ?? "", kinds, ReadCondition(node.Map("where")), ReadExclusion(node.Map("exclude")), treatment)
        {
            Place = $"{where}:{node.Line}",
        };
    }

    private ScopeCondition ReadCondition(ScopeNode? node)
    {
        if (node is null)
        {
            return ScopeCondition.Everything;
        }

        node.OnlyKeys("namespaces", "projectNamespaces", "names", "roles", "labels", "anyField", "referenced", "namedByValues");
        return new ScopeCondition
        {
            Namespaces = Patterns(node, "namespaces"),
            ProjectNamespaces = node.Flag("projectNamespaces"),
            Names = Patterns(node, "names"),
            Roles = Patterns(node, "roles"),
            Labels = Selectors(node),
            AnyField = [.. node.OptionalTexts("anyField")],
            Referenced = node.Flag("referenced"),
            NamedByValues = node.Flag("namedByValues"),
        };
    }

    private ScopeExclusion ReadExclusion(ScopeNode? node)
    {
        if (node is null)
        {
            return ScopeExclusion.Nothing;
        }

        node.OnlyKeys("names", "labels", "types", "owned");
        return new ScopeExclusion
        {
            Names = Patterns(node, "names"),
            Labels = Selectors(node),
            Types = [.. node.OptionalTexts("types")],
            Owned = node.Flag("owned"),
        };
    }

    private Treatment ReadTreatment(ScopeNode node)
    {
        var text = node.Text("treatment");
        switch (text)
        {
            case "export":
                return Treatment.Export;
            case "compare":
                return Treatment.Compare;
            case "encrypt":
                return Treatment.Encrypt;
            case "reference":
                return Treatment.Reference;
            case "omit":
                return Treatment.Omit;
            default:
                if (text is not null)
                {
                    _errors.Add(node.LineOf("treatment"), $"treatment '{text}' is not export, compare, encrypt, reference or omit");
                }

                return Treatment.Export;
        }
    }

    private static NamePatterns Patterns(ScopeNode node, string key) => new([.. node.OptionalTexts(key)]);

    private ImmutableArray<LabelSelector> Selectors(ScopeNode node)
    {
        var selectors = ImmutableArray.CreateBuilder<LabelSelector>();
        foreach (var text in node.OptionalTexts("labels"))
        {
            if (LabelSelector.TryParse(ResolveLabels(text, node), out var reason) is { } selector)
            {
                selectors.Add(selector);
            }
            else
            {
                _errors.Add(node.LineOf("labels"), reason);
            }
        }

        return selectors.ToImmutable();
    }

    private string ResolveLabels(string text, ScopeNode node) => LabelName().Replace(text, match =>
    {
        if (_labels.TryGetValue(match.Groups["name"].Value, out var key))
        {
            return key;
        }

        _errors.Add(node.LineOf("labels"), $"label {match.Value} is not listed under labels");
        return "unknown";
    });

    [GeneratedRegex(@"^[a-z0-9-]+(\.[a-z0-9-]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex KindName();

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelName();
}
