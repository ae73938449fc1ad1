using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Export;

/// <summary>
/// What is known of the cluster so far: which namespaces are projects, and which Roles and ServiceAccounts the exported
/// bindings name, and which Secrets the values of releases. The selections come in an order that makes each complete before
/// it is asked for.
/// </summary>
internal sealed class ExportContext : IScopeContext
{
    private readonly HashSet<string> _projectNamespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<ResourceKey, IReadOnlyList<ResourceKey>> _references = [];
    private readonly Dictionary<ResourceKey, int> _referenced = [];
    private readonly HashSet<(string Namespace, string Name)> _namedByValues = [];

    public bool IsProjectNamespace(string @namespace) => _projectNamespaces.Contains(@namespace);

    public bool IsReferenced(ResourceHead head) => _referenced.ContainsKey(head.Key);

    public bool IsNamedByValues(ResourceHead head) => _namedByValues.Contains((head.Namespace ?? "", head.Name));

    public void AddNamedByValues(string @namespace, IEnumerable<string> names) =>
        _namedByValues.UnionWith(names.Select(name => (@namespace, name)));

    public void AddProjectNamespace(string name) => _projectNamespaces.Add(name);

    /// <summary>
    /// Notes what an exported resource refers to, instead of what it did before; empty when it is gone. Says whether
    /// another set of Roles and ServiceAccounts is referenced now.
    /// </summary>
    public bool NoteReferences(ResourceKey from, IReadOnlyList<ResourceKey> references)
    {
        var before = _references.GetValueOrDefault(from, []);
        if (references.SequenceEqual(before))
        {
            return false;
        }

        var (added, removed) = (references.Except(before).ToList(), before.Except(references).ToList());
        _references[from] = references;
        return added.Count(Add) + removed.Count(Remove) > 0;
    }

    private bool Add(ResourceKey key)
    {
        _referenced[key] = _referenced.GetValueOrDefault(key) + 1;
        return _referenced[key] == 1;
    }

    private bool Remove(ResourceKey key)
    {
        if (--_referenced[key] > 0)
        {
            return false;
        }

        return _referenced.Remove(key);
    }
}
