namespace RunAiDr.Core.Rehydration;

/// <summary>How the command line and the reports call the phases of a rehydration.</summary>
public static class PhaseNames
{
    private static readonly (RestorePhase Phase, string Name, string Title)[] Table =
    [
        (RestorePhase.CustomResourceDefinitions, "crds", "custom resource definitions"),
        (RestorePhase.Namespaces, "namespaces", "namespaces"),
        (RestorePhase.Secrets, "secrets", "secrets"),
        (RestorePhase.Classes, "classes", "storage, snapshot, ingress and priority classes"),
        (RestorePhase.Volumes, "volumes", "volumes"),
        (RestorePhase.ControlPlane, "control-plane", "control plane"),
        (RestorePhase.Database, "database", "database"),
        (RestorePhase.Metrics, "metrics", "metrics"),
        (RestorePhase.ProjectNamespaces, "project-namespaces", "project namespaces and their secrets"),
        (RestorePhase.Cluster, "cluster", "cluster"),
        (RestorePhase.Foundations, "foundations", "roles, service accounts"),
        (RestorePhase.Configuration, "configuration", "templates, config maps, claims"),
        (RestorePhase.RunaiConfig, "runaiconfig", "runaiconfig"),
        (RestorePhase.Bindings, "bindings", "role bindings"),
        (RestorePhase.Rest, "rest", "policies and the rest"),
        (RestorePhase.Admission, "admission", "webhooks and admission"),
    ];

    /// <summary>Every name, in the order of the phases.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>The phase of a name, null when it is none.</summary>
    public static RestorePhase? Find(string name) =>
        Array.Find(Table, row => row.Name == name) is { Name: not null } row ? row.Phase : null;

    public static string Of(RestorePhase phase) => Table[(int)phase].Name;

    /// <summary>As plan, progress and report head it.</summary>
    public static string Title(RestorePhase phase) => Table[(int)phase].Title;
}
