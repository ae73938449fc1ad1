using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Export;

/// <summary>
/// What the cut has shown so far: which namespaces are projects, and which Roles and ServiceAccounts the exported
/// bindings name. The selections come in an order that makes both complete before they are asked for.
/// </summary>
internal sealed class ExportContext : IScopeContext
{
    private readonly HashSet<string> _projectNamespaces = new(StringComparer.Ordinal);
    private readonly HashSet<ResourceKey> _referenced = [];

    public bool IsProjectNamespace(string @namespace) => _projectNamespaces.Contains(@namespace);

    public bool IsReferenced(ResourceHead head) => _referenced.Contains(head.Key);

    public void AddProjectNamespace(string name) => _projectNamespaces.Add(name);

    /// <summary>Notes what a binding names; other kinds name nothing.</summary>
    public void NoteReferences(Resource resource)
    {
        if (!Binding.Is(resource))
        {
            return;
        }

        if (Binding.RoleOf(resource) is var (kind, role) && kind == KnownKinds.Role)
        {
            _referenced.Add(role);
        }

        _referenced.UnionWith(Binding.ServiceAccountsOf(resource));
    }
}
