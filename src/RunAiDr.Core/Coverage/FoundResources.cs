using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Coverage;

/// <summary>Tells what is of Run:ai from all else, by what an export has read.</summary>
/// <param name="scope">What is exported.</param>
/// <param name="saved">What the restore point holds.</param>
/// <param name="wanted">Namespaces that are looked at; null is the whole cluster.</param>
internal sealed class FoundResources(Scope scope, SavedResources saved, IReadOnlySet<string>? wanted)
{
    private readonly Explanation _explanation = new(scope, saved);
    private readonly Dictionary<ResourceKey, ScopeDecision> _decisions = [];
    private readonly Dictionary<string, string> _projects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _namespaces = scope.Releases.Select(release => release.Namespace).ToHashSet(StringComparer.Ordinal);

    /// <summary>What the export has learned; complete when it has ended.</summary>
    public IScopeContext Context { get; set; } = new ExportContext();

    /// <summary>Takes what the scope made of a resource that was read whole.</summary>
    public void Note(ResourceHead head, ScopeDecision decision)
    {
        _decisions[head.Key] = decision;
        if (!head.IsNamespace)
        {
            return;
        }

        if (decision.Taking is not null)
        {
            _namespaces.Add(head.Name);
        }

        if (scope.IsProject(head.Labels))
        {
            _namespaces.Add(head.Name);
            _projects[head.Name] = head.Labels[scope.ProjectLabel];
        }
    }

    /// <summary>Null for what is not of Run:ai, or not wanted.</summary>
    public CoverageItem? Explain(ListedMetadata found)
    {
        var head = found.Head;
        if (wanted is not null && !wanted.Contains(NamespaceOf(head) ?? ""))
        {
            return null;
        }

        var decision = _decisions.TryGetValue(head.Key, out var known) ? known : scope.Decide(head, Context);
        if (!IsOfRunAi(found, decision))
        {
            return null;
        }

        var (reason, detail) = _explanation.Of(found, decision);
        return new CoverageItem(head.Key, _projects.GetValueOrDefault(NamespaceOf(head) ?? ""), reason, detail);
    }

    private bool IsOfRunAi(ListedMetadata found, ScopeDecision decision) =>
        decision.Taking is not null
        || (NamespaceOf(found.Head) is { } name && _namespaces.Contains(name))
        || IsOfRunAi(found.Head.Kind.Group)
        || found.Head.Labels.Keys.Any(key => key.IndexOf('/') is > 0 and var slash && IsOfRunAi(key[..slash]))
        || (found.Release is { } release && scope.Releases.Contains(release));

    private static bool IsOfRunAi(string domain) =>
        domain is "runai" or "run.ai" || domain.EndsWith(".run.ai", StringComparison.Ordinal);

    private static string? NamespaceOf(ResourceHead head) => head.IsNamespace ? head.Name : head.Namespace;
}
