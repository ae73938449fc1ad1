using System.Text.Json;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Resources.Dangers;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.Scopes;

namespace RunAiDr.Core.Rehydration;

/// <summary>
/// Whether an export with the configured scope would have saved what is to be restored. What it would not have saved,
/// somebody else put into the commit.
/// </summary>
internal sealed class ScopeCheck : IScopeContext
{
    private readonly Scope _scope;
    private readonly HashSet<string> _projectNamespaces;
    private readonly HashSet<ResourceKey> _referenced;
    private readonly HashSet<(string Namespace, string Name)> _namedByValues;

    private ScopeCheck(Scope scope, RestorePoint saved)
    {
        _scope = scope;
        _projectNamespaces = saved.Resources.Select(item => item.Resource)
            .Where(resource => resource.Kind is { Group: "", Plural: "namespaces" } && scope.IsProject(HeadOf(resource).Labels))

            // A label is soon forged, and roles and bindings come with a project.
            .Select(resource => resource.Name).Where(name => !TrustDangers.IsSystem(name)).ToHashSet(StringComparer.Ordinal);
        _namedByValues = saved.Releases
            .SelectMany(release => Settings.Secrets(release.Values).Select(name => (release.Namespace, name))).ToHashSet();
        _referenced = [];
        _referenced = saved.Resources.Select(item => item.Resource)
            .Where(resource => Binding.Is(resource) && scope.MatchSaved(HeadOf(resource), this) is not null)
            .SelectMany(Binding.ReferencesOf).ToHashSet();
    }

    /// <param name="scope">What the configuration says is exported.</param>
    /// <param name="saved">The restore point with the names that it was saved with.</param>
    /// <param name="options">What of it is wanted.</param>
    /// <param name="withReleases">Helm releases are restored too.</param>
    public static PlanCheck Of(Scope scope, RestorePoint saved, RehydrationOptions options, bool withReleases)
    {
        var check = new ScopeCheck(scope, saved);
        string[] outside =
        [
            .. from item in saved.Restored
               where options.Phases.Contains(RestoreOrder.PhaseOf(item.Resource)) && !check.Exports(item.Resource)
               select $"{item.Resource.Key} (in {item.Path})",
            .. from release in withReleases ? saved.Releases : []
               where options.Phases.Contains(ReleasePart.PhaseOf(release)) && !check.Exports(release)
               select $"release {release.Namespace}/{release.Name}",
        ];
        Array.Sort(outside, StringComparer.Ordinal);
        return outside.Length == 0
            ? new("scope", CheckResult.Ok, "holds nothing that an export would not have saved")
            : new(
                "scope",
                options.AllowOutsideScope ? CheckResult.Warning : CheckResult.Blocked,
                $"{outside.Length} that an export with this scope would not have saved",
                options.AllowOutsideScope
                    ? "Make sure that they are meant."
                    : "Find out who put them there; take them out, add them to the scope, or say --allow-outside-scope.")
            { Items = outside };
    }

    public bool IsProjectNamespace(string @namespace) => _projectNamespaces.Contains(@namespace);

    public bool IsReferenced(ResourceHead head) => _referenced.Contains(head.Key);

    public bool IsNamedByValues(ResourceHead head) => _namedByValues.Contains((head.Namespace ?? "", head.Name));

    private bool Exports(Resource resource) =>
        !IsSystemNamespace(resource) && _scope.MatchSaved(HeadOf(resource), this) is { Treatment: not Treatment.Compare };

    private bool Exports(SavedRelease release) =>
        _scope.Releases.Any(scoped => scoped.Release == release.Name && scoped.Namespace == release.Namespace);

    private static bool IsSystemNamespace(Resource resource) =>
        resource.Kind is { Group: "", Plural: "namespaces" } && TrustDangers.IsSystem(resource.Name);

    private static ResourceHead HeadOf(Resource resource) =>
        ResourceHead.Read(resource.Kind, JsonSerializer.SerializeToUtf8Bytes(resource.Body));
}
