using System.Text.Json.Serialization;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>How a live cluster differs from a restore point, by project: first what belongs to none.</summary>
public sealed record Drift(IReadOnlyList<DriftGroup> Groups)
{
    public DriftSummary Summary => new(
        Groups.SelectMany(group => group.Items).SelectMany(item => item.Dangers).Count(),
        CountOf(DifferenceKind.Added),
        CountOf(DifferenceKind.Missing),
        CountOf(DifferenceKind.Changed),
        Groups.Select(group => group.Project).OfType<string>().Distinct(StringComparer.Ordinal).Count());

    /// <param name="differences">What differs.</param>
    /// <param name="restorePoint">What the cluster was compared with.</param>
    /// <param name="projectLabel">The label that makes a namespace that of a project.</param>
    public static Drift Of(StateDifferences differences, IStateTree restorePoint, string projectLabel)
    {
        var projects = new Projects(projectLabel);
        var byPath = differences.Items.ToDictionary(item => item.Path, StringComparer.Ordinal);
        var groups = from item in differences.Items
                     group item by item.Namespace into items
                     let project = items.Key is { } name ? ProjectOf(name) : null
                     select new DriftGroup(items.Key, project, [.. items]);
        return new Drift([.. groups
            .OrderBy(group => (group.Namespace, group.Project) switch { (null, _) => 0, (_, null) => 1, _ => 2 })
            .ThenBy(group => group.Project, StringComparer.Ordinal)
            .ThenBy(group => group.Namespace, StringComparer.Ordinal)]);

        // What does not differ is in the cluster as it was saved.
        string? ProjectOf(string name) => byPath.TryGetValue(Projects.PathOf(name), out var item)
            ? projects.Of(item.LiveBody ?? item.SavedBody)
            : projects.Of(restorePoint, name);
    }

    private int CountOf(DifferenceKind kind) => Groups.SelectMany(group => group.Items).Count(item => item.Kind == kind);
}

/// <summary>What differs in one namespace; in none for cluster scope and values.</summary>
public sealed record DriftGroup(string? Namespace, string? Project, IReadOnlyList<StateDifference> Items)
{
    /// <summary>Which project and namespace, in words.</summary>
    [JsonIgnore]
    public string Title => Projects.TitleOf(Namespace, Project);
}

/// <summary>How much differs, and in how many projects.</summary>
public sealed record DriftSummary(int Dangers, int Added, int Missing, int Changed, int Projects)
{
    [JsonIgnore]
    public bool IsNone => Added + Missing + Changed == 0;

    public override string ToString()
    {
        var dangers = Dangers switch { 0 => "", 1 => "1 danger; ", _ => $"{Dangers} dangers; " };
        var projects = Projects switch { 0 => "in no project", 1 => "in 1 project", _ => $"in {Projects} projects" };
        return $"{dangers}{Added} added, {Missing} missing, {Changed} changed {projects}";
    }
}
