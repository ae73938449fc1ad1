using RunAiDr.Core.Resources;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Export;

/// <summary>
/// What the cut has shown so far: which namespaces are projects, and which Roles and ServiceAccounts the exported
/// bindings name. The selections come in an order that makes both complete before they are asked for.
/// </summary>
internal sealed class ExportContext : IScopeContext
{
    private const string Rbac = "rbac.authorization.k8s.io";

    private readonly HashSet<string> _projectNamespaces = new(StringComparer.Ordinal);
    private readonly HashSet<ResourceKey> _referenced = [];

    public bool IsProjectNamespace(string @namespace) => _projectNamespaces.Contains(@namespace);

    public bool IsReferenced(ResourceHead head) => _referenced.Contains(head.Key);

    public void AddProjectNamespace(string name) => _projectNamespaces.Add(name);

    /// <summary>Notes what a binding names; other kinds name nothing.</summary>
    public void NoteReferences(Resource resource)
    {
        if (resource.Kind is not { Group: Rbac, Plural: "rolebindings" or "clusterrolebindings" })
        {
            return;
        }

        if (resource.Body.Object("roleRef") is { } role && role.Text("kind") == "Role" && role.Text("name") is { } name)
        {
            _referenced.Add(new ResourceKey(Rbac, "roles", resource.Namespace, name));
        }

        foreach (var subject in resource.Body.Objects("subjects"))
        {
            if (subject.Text("kind") == "ServiceAccount" && subject.Text("name") is { } account)
            {
                var @namespace = subject.Text("namespace") ?? resource.Namespace;
                _referenced.Add(new ResourceKey("", "serviceaccounts", @namespace, account));
            }
        }
    }
}
