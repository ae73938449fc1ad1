using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Runbook;

/// <summary>What the exported files say that somebody needs who rebuilds the installation. Names only, never a secret.</summary>
internal sealed record RunbookFacts
{
    public required RestorePointInfo Info { get; init; }

    public required IReadOnlyList<ChartFacts> Charts { get; init; }

    public required CountFacts Counts { get; init; }

    public required SettingFacts Settings { get; init; }

    /// <summary>Storage class → what refers to it, as Markdown.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyCollection<string>> StorageClasses { get; init; }

    public required IReadOnlyCollection<string> IngressClasses { get; init; }

    /// <summary>PersistentVolumes that claims name, and for which claim, as Markdown.</summary>
    public required IReadOnlyCollection<string> Volumes { get; init; }

    /// <summary>Labels that node pools select their nodes by, as <c>key=value</c>.</summary>
    public required IReadOnlyCollection<string> PoolLabels { get; init; }

    /// <summary>Values that somebody has to supply.</summary>
    public required IReadOnlyList<SecretNeed> Secrets { get; init; }

    /// <summary>Values that the repository holds encrypted.</summary>
    public IReadOnlyList<SecretNeed> EncryptedSecrets { get; init; } = [];

    /// <summary>Who can read these; null when there are none.</summary>
    public SecretReaders? Readers { get; init; }

    /// <summary>Secrets that values name and that are no files of the restore point, as <c>namespace/name</c>.</summary>
    public required IReadOnlyCollection<string> UnsavedSecrets { get; init; }

    /// <summary>Names of bindings to cluster-admin.</summary>
    public required IReadOnlyCollection<string> ClusterAdmins { get; init; }

    /// <summary>Qualified names of the kinds that are compared and never applied.</summary>
    public required IReadOnlyCollection<string> ComparedKinds { get; init; }

    public ChartFacts? ControlPlane => Charts.FirstOrDefault(chart => chart.IsControlPlane);

    public ChartFacts? ClusterChart => Charts.FirstOrDefault(chart => !chart.IsControlPlane);

    /// <summary>The files that the commands of a restore take secrets from.</summary>
    public string SecretOptions =>
        (EncryptedSecrets.Count > 0 && Readers?.UsesIdentities == true ? " --identity identity.txt" : "")
        + (Secrets.Count > 0 || EncryptedSecrets.Count == 0 ? " --secrets secrets.yaml" : "");

    public bool IsOpenShift => Info.Distribution == "openshift";
}

/// <summary>A Helm release, without its values.</summary>
internal sealed record ChartFacts(string Release, string Namespace, string Chart, string Version)
{
    public bool IsControlPlane => Chart is "control-plane" or "runai-backend";
}

/// <param name="Applied">Resources that a rehydration applies.</param>
/// <param name="Namespaces">All namespaces among them.</param>
/// <param name="ProjectNamespaces">Those of projects.</param>
/// <param name="Projects">Projects, which are compared only.</param>
internal sealed record CountFacts(int Applied, int Namespaces, int ProjectNamespaces, int Projects);

/// <summary>Settings of the values and of runaiconfig that the new cluster has to fit.</summary>
internal sealed record SettingFacts
{
    /// <summary>Name under which users and clusters reach the control plane.</summary>
    public string? Domain { get; init; }

    /// <summary>URL of the control plane that the cluster was told.</summary>
    public string? ControlPlaneUrl { get; init; }

    /// <summary>URL of the cluster that the control plane was told.</summary>
    public string? ClusterUrl { get; init; }

    public bool CreatesNamespaces { get; init; } = true;

    /// <summary>Workloads and services go only to nodes with a role label.</summary>
    public bool RestrictsNodes { get; init; }

    public bool HasCustomAuthority { get; init; }

    /// <summary>Host of a database that the control plane's chart does not install; empty when it has none in the values.</summary>
    public string? ExternalDatabase { get; init; }

    public IReadOnlyCollection<string> Registries { get; init; } = [];
}

/// <summary>
/// One value that a restore needs. It belongs in the values of <paramref name="Release"/>, or in the resource
/// <paramref name="Key"/>, at <paramref name="Field"/>. <paramref name="Type"/> is that of a Secret.
/// </summary>
internal sealed record SecretNeed(string Name, string? Release, ResourceKey? Key, string Field, string? Type);

/// <param name="Extension">Of the encrypted files.</param>
/// <param name="Names">The secrets that they hold.</param>
internal sealed record SecretReaders(string Extension, IReadOnlySet<string> Names)
{
    /// <summary>A private key in a file opens them; sops finds its keys itself.</summary>
    public bool UsesIdentities => Extension == ".age";
}
