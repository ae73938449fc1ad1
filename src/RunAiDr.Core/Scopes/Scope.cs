using System.Collections.Immutable;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Scopes;

/// <summary>
/// Which resources of a cluster are exported and how each is treated: the content of a scope file.
/// </summary>
public sealed class Scope
{
    private const string Namespaces = "namespaces";
    private const string Secrets = "secrets";

    // Whoever makes them makes them again.
    private static readonly string[] GeneratedTypes =
        [HelmReleaseScope.SecretType, "kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];

    private readonly LabelSelector _project;
    private readonly Dictionary<string, ScopeRule[]> _byKind;

    internal Scope(
        string projectLabel,
        ImmutableSortedDictionary<string, ImmutableArray<string>> kinds,
        ImmutableArray<HelmReleaseScope> releases,
        ImmutableArray<ScopeRule> rules,
        string digest)
    {
        _project = LabelSelector.Present(projectLabel);
        _byKind = rules
            .SelectMany(rule => rule.Kinds, (rule, kind) => (kind, rule))
            .GroupBy(pair => pair.kind, pair => pair.rule, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
        (ProjectLabel, Kinds, Releases, Rules, Digest) = (projectLabel, kinds, releases, rules, digest);
    }

    /// <summary>The label that makes a namespace that of a project; its value is the project.</summary>
    public string ProjectLabel { get; }

    /// <summary>Qualified name → versions, best first.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<string>> Kinds { get; }

    public ImmutableArray<HelmReleaseScope> Releases { get; }

    public ImmutableArray<ScopeRule> Rules { get; }

    /// <summary>SHA-256 of what the scope says, comments and layout aside, in hex.</summary>
    public string Digest { get; }

    /// <summary>Qualified names of the kinds whose every resource is compare-only, ordinal.</summary>
    public IReadOnlyList<string> CompareOnlyKinds =>
        [.. Kinds.Keys.Where(kind => RulesFor(kind) is { Length: > 0 } rules
            && rules.All(rule => rule.Treatment == Treatment.Compare))];

    /// <summary>Reads a scope file.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="where">Name of the file, for messages.</param>
    /// <exception cref="RunAiDrException">The file is malformed: the message lists every error with its line.</exception>
    public static Scope Parse(string text, string where) => new ScopeFile(where).Read(text);

    /// <summary>The scope that comes with the program, for a self-hosted Run:ai: its YAML text.</summary>
    public static string RunAiText()
    {
        using var stream = typeof(Scope).Assembly.GetManifestResourceStream("scopes/runai.yaml")
            ?? throw new InvalidOperationException("The scope file is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>That scope, read.</summary>
    public static Scope RunAi() => Parse(RunAiText(), "scopes/runai.yaml");

    /// <summary>
    /// What to read from a cluster that serves <paramref name="served"/>: namespaces first, because they tell which are
    /// projects, and what only bindings bring in last. Kinds of the scope that the cluster lacks are left out.
    /// </summary>
    public ScopeSelections Selections(IEnumerable<ResourceKind> served)
    {
        var byName = served.ToLookup(kind => kind.QualifiedName, StringComparer.Ordinal);
        var selections = new List<ListSelection>();
        var lacking = new List<string>();
        foreach (var name in Kinds.Keys.OrderBy(ReadingOrder).ThenBy(name => name, StringComparer.Ordinal))
        {
            var kind = Kinds[name]
                .Select(version => byName[name].FirstOrDefault(kind => kind.Version == version))
                .FirstOrDefault(kind => kind is not null);
            if (kind is not null)
            {
                selections.AddRange(SelectionsOf(kind));
            }
            else if (RulesFor(name).Any(rule => rule.Treatment != Treatment.Omit) || (name == Secrets && !Releases.IsEmpty))
            {
                lacking.Add(Lack(name, byName[name]));
            }
        }

        return new ScopeSelections(selections, lacking);
    }

    /// <summary>The rights that an export needs, one rule per API group, for the RBAC of the service.</summary>
    public IReadOnlyList<AccessRule> RequiredRules() =>
        [.. Kinds.Keys
            .Select(name => (Group: GroupOf(name), Plural: name.Split('.')[0]))
            .GroupBy(kind => kind.Group, kind => kind.Plural, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new AccessRule(group.Key, [.. group.Order(StringComparer.Ordinal)], AccessRule.Reading))];

    internal bool IsProject(IReadOnlyDictionary<string, string> labels) => _project.Matches(labels);

    /// <summary>Whether a rule asks which Secrets the values of releases name.</summary>
    internal bool AsksForNamesInValues => Rules.Any(rule => rule.Where.NamedByValues);

    /// <summary>The first rule that matches, null when the resource is not in the scope.</summary>
    internal ScopeRule? Match(ResourceHead head, IScopeContext context) => Decide(head, context).Taking;

    /// <summary>Whether a resource is in the scope, and which rule or what else says so.</summary>
    internal ScopeDecision Decide(ResourceHead head, IScopeContext context)
    {
        if (IsGenerated(head))
        {
            return new ScopeDecision(ScopeVerdict.Generated, null);
        }

        ScopeRule? excluding = null;
        foreach (var rule in RulesFor(head.Kind.QualifiedName))
        {
            if (!rule.Where.Holds(head, context))
            {
                continue;
            }

            if (!rule.Exclude.Holds(head))
            {
                return new ScopeDecision(rule.Treatment == Treatment.Omit ? ScopeVerdict.Excluded : ScopeVerdict.Taken, rule);
            }

            excluding ??= rule;
        }

        return excluding is not null ? new ScopeDecision(ScopeVerdict.Excluded, excluding)
            : new ScopeDecision(Kinds.ContainsKey(head.Kind.QualifiedName) ? ScopeVerdict.NoRule : ScopeVerdict.UnknownKind, null);
    }

    /// <summary>As <see cref="Match"/>, for a resource as it was saved: the field that a rule asks for may be one that an export drops.</summary>
    internal ScopeRule? MatchSaved(ResourceHead head, IScopeContext context)
    {
        var rule = IsGenerated(head) ? null : Array.Find(RulesFor(head.Kind.QualifiedName), rule => IsAboutSaved(rule, head, context));
        return rule?.Treatment == Treatment.Omit ? null : rule;
    }

    // What asks for a field omitted nothing that was saved.
    private static bool IsAboutSaved(ScopeRule rule, ResourceHead head, IScopeContext context) =>
        (rule.Treatment != Treatment.Omit || rule.Where.AnyField.IsEmpty)
        && (rule with { Where = rule.Where with { AnyField = [] } }).Matches(head, context);

    /// <summary>The release whose revisions a Secret holds, null when it is none of the scope's.</summary>
    internal HelmReleaseScope? ReleaseOf(ResourceHead head) =>
        head.Type == HelmReleaseScope.SecretType && head.Labels.TryGetValue("name", out var name)
            ? Releases.FirstOrDefault(release => release.Release == name && release.Namespace == head.Namespace)
            : null;

    private static bool IsGenerated(ResourceHead head) =>
        head.Kind.QualifiedName == Secrets && (head.IsControlled || GeneratedTypes.Contains(head.Type, StringComparer.Ordinal));

    private static string GroupOf(string qualifiedName) =>
        qualifiedName.IndexOf('.') is >= 0 and var dot ? qualifiedName[(dot + 1)..] : "";

    private static string Lack(string name, IEnumerable<ResourceKind> otherVersions)
    {
        var versions = string.Join(", ", otherVersions.Select(kind => kind.Version));
        return versions.Length == 0 ? name : $"{name} (served at {versions} only)";
    }

    private int ReadingOrder(string kind) =>
        kind == Namespaces ? 0 : RulesFor(kind).Any(rule => rule.Where.Referenced) ? 2 : 1;

    private ScopeRule[] RulesFor(string kind) => _byKind.GetValueOrDefault(kind, []);

    private IEnumerable<ListSelection> SelectionsOf(ResourceKind kind)
    {
        var wanted = RulesFor(kind.QualifiedName).Where(rule => rule.Treatment != Treatment.Omit).SelectMany(rule => SelectionsOf(kind, rule.Where));
        if (kind.QualifiedName != Secrets)
        {
            return Widest(wanted);
        }

        var releases = Releases.Select(release => new ListSelection(kind, release.Namespace, $"owner=helm,name={release.Release}"));

        // What the values name has to be known before the Secrets that it may be.
        return AsksForNamesInValues ? releases.Concat(Widest(wanted)) : Widest(wanted.Concat(releases));
    }

    /// <summary>Without what another one contains: that would only bring the same resources twice.</summary>
    private static IEnumerable<ListSelection> Widest(IEnumerable<ListSelection> wanted)
    {
        var all = wanted.Distinct().ToList();
        return all.Where(one => !all.Exists(other => other != one && Contains(other, one)));
    }

    private static IEnumerable<ListSelection> SelectionsOf(ResourceKind kind, ScopeCondition where)
    {
        var named = kind.Namespaced && !where.Namespaces.IsEmpty && !where.ProjectNamespaces
            && where.Namespaces.AreLiteral;
        string?[] namespaces = named ? [.. where.Namespaces.Patterns] : [null];
        string?[] labels = where.Labels.IsEmpty ? [null] : [.. where.Labels.Select(label => label.ToString())];
        return namespaces.SelectMany(_ => labels, (@namespace, label) => new ListSelection(kind, @namespace, label));
    }

    private static bool Contains(ListSelection wide, ListSelection narrow) =>
        (wide.Namespace is null || wide.Namespace == narrow.Namespace)
        && (wide.LabelSelector is null || wide.LabelSelector == narrow.LabelSelector);
}

/// <summary>A Helm release whose user-supplied values are exported.</summary>
public sealed record HelmReleaseScope(string Release, string Namespace)
{
    public const string SecretType = "helm.sh/release.v1";
}

/// <summary>
/// What to read, in this order, and which kinds of the scope the cluster does not serve at a version of the scope.
/// </summary>
public sealed record ScopeSelections(IReadOnlyList<ListSelection> Selections, IReadOnlyList<string> Lacking);

/// <summary>Rights of a ClusterRole: verbs on resources of one API group.</summary>
public sealed record AccessRule(string Group, IReadOnlyList<string> Plurals, IReadOnlyList<string> Verbs)
{
    public static readonly IReadOnlyList<string> Reading = ["get", "list", "watch"];
}
