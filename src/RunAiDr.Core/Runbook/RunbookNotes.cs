using System.Text.Json.Nodes;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Runbook;

/// <summary>
/// Notes what the page needs as the files of an export pass by, in whatever order. It sees them as they are written,
/// secrets replaced.
/// </summary>
internal sealed class RunbookNotes
{
    private static readonly string[] KindsWithFacts =
    [
        "secrets", "persistentvolumeclaims", "ingresses.networking.k8s.io", "nodepools.run.ai", "runaiconfigs.run.ai",
        "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
    ];

    private readonly List<ChartFacts> _charts = [];
    private readonly SortedDictionary<string, SortedSet<string>> _storageClasses = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _ingressClasses = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _registries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _volumes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _poolLabels = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _clusterAdmins = new(StringComparer.Ordinal);
    private readonly SecretNeeds _secrets = new();
    private readonly SortedSet<string> _comparedKinds = new(StringComparer.Ordinal);
    private SettingFacts _settings = new();
    private bool? _createsNamespaces;
    private (int Applied, int Namespaces, int OfProjects, int Projects) _counts;

    /// <summary>Whether the page needs to know what a resource says even when nothing was taken out of it.</summary>
    public static bool ReadsBodyOf(ResourceKey key) => KindsWithFacts.Contains(key.QualifiedName, StringComparer.Ordinal);

    /// <param name="key">What it is.</param>
    /// <param name="file">The file: its body, and what was taken out of it; may be null where <see cref="ReadsBodyOf"/> is false.</param>
    /// <param name="isCompared">It is compared only.</param>
    /// <param name="isProject">It is the namespace of a project.</param>
    public void Resource(ResourceKey key, Redaction? file, bool isCompared, bool isProject)
    {
        Count(key, isCompared, isProject);
        if (file?.Document is not JsonObject body)
        {
            return;
        }

        _secrets.Resource(key, body, isFree: file.Secrets.Count == 0);
        if (ReadsBodyOf(key))
        {
            Note(key, body);
        }
    }

    private void Note(ResourceKey key, JsonObject body)
    {
        switch (key)
        {
            case { Group: "", Plural: "persistentvolumeclaims" }:
                Claim(key, body);
                break;
            case { Group: "networking.k8s.io", Plural: "ingresses" }:
                _ingressClasses.UnionWith(Settings.IngressClasses(body));
                break;
            case { Group: "run.ai", Plural: "nodepools" } when body.Map("spec")?.Text("labelKey") is { } label:
                _poolLabels.Add($"{label}={body.Map("spec")?.Text("labelValue")}");
                break;
            case { Group: "run.ai", Plural: "runaiconfigs" } when body.Map("spec") is { } spec:
                Take(spec, "runaiconfig");
                _createsNamespaces = Settings.CreatesNamespaces(spec) switch
                {
                    false => false, // whatever another one says, and whichever comes first
                    var creates => _createsNamespaces ?? creates,
                };
                break;
        }

        if (Danger.IsClusterAdminBinding(body))
        {
            _clusterAdmins.Add(key.Name);
        }
    }

    /// <param name="release">A release whose secret values are placeholders already.</param>
    public void Release(HelmRelease release)
    {
        var chart = new ChartFacts(release.Name, release.Namespace, release.Chart, release.ChartVersion);
        var values = release.Values;
        _charts.Add(chart);
        _secrets.Release(release);
        Take(values, $"values of {Markdown.Code(release.Name)}");
        _settings = chart.IsControlPlane ? Settings.OfControlPlane(_settings, values) : Settings.OfCluster(_settings, values);
    }

    /// <param name="info">What the restore point says of the cluster.</param>
    /// <param name="readers">Who can read the encrypted secrets; null when there are none.</param>
    public RunbookFacts Finish(RestorePointInfo info, SecretReaders? readers) => new()
    {
        Info = info,
        Charts = [.. _charts.OrderByDescending(chart => chart.IsControlPlane).ThenBy(chart => chart.Release, StringComparer.Ordinal)],
        Counts = new CountFacts(_counts.Applied, _counts.Namespaces, _counts.OfProjects, _counts.Projects),
        Settings = _settings with { CreatesNamespaces = _createsNamespaces ?? _settings.CreatesNamespaces, Registries = _registries },
        StorageClasses = _storageClasses.ToDictionary(entry => entry.Key, entry => (IReadOnlyCollection<string>)entry.Value, StringComparer.Ordinal),
        IngressClasses = _ingressClasses,
        Volumes = _volumes,
        PoolLabels = _poolLabels,
        Secrets = [.. _secrets.All.Where(need => readers?.Names.Contains(need.Name) != true)],
        EncryptedSecrets = [.. _secrets.All.Where(need => readers?.Names.Contains(need.Name) == true)],
        Readers = readers,
        UnsavedSecrets = _secrets.Unsaved,
        ClusterAdmins = _clusterAdmins,
        ComparedKinds = _comparedKinds,
    };

    private void Count(ResourceKey key, bool isCompared, bool isProject)
    {
        var isNamespace = key is { Group: "", Plural: "namespaces" };
        _counts.Namespaces += isNamespace ? 1 : 0;
        _counts.OfProjects += isProject ? 1 : 0;
        _counts.Projects += key is { Group: "run.ai", Plural: "projects" } ? 1 : 0;
        if (isCompared)
        {
            _comparedKinds.Add(key.QualifiedName);
        }
        else
        {
            _counts.Applied++;
        }
    }

    private void Claim(ResourceKey key, JsonObject body)
    {
        var spec = body.Map("spec");
        if (spec?.Text("volumeName") is { Length: > 0 } volume)
        {
            _volumes.Add($"{Markdown.Code(volume)} for claim {Markdown.Code($"{key.Namespace}/{key.Name}")}");
        }

        if (spec?.Text("storageClassName") is { Length: > 0 } name)
        {
            var size = spec.Map("resources")?.Map("requests")?.Text("storage");
            Storage(name, $"claim {Markdown.Code($"{key.Namespace}/{key.Name}")}{(size is null ? "" : $" of {Markdown.Code(size)}")}");
        }
    }

    private void Storage(string name, string user)
    {
        if (!_storageClasses.TryGetValue(name, out var users))
        {
            _storageClasses[name] = users = new SortedSet<string>(StringComparer.Ordinal);
        }

        users.Add(user);
    }

    private void Take(JsonObject settings, string where)
    {
        foreach (var (name, path) in Settings.StorageClasses(settings))
        {
            Storage(name, $"{where}: {Markdown.Code(path)}");
        }

        _ingressClasses.UnionWith(Settings.IngressClasses(settings));
        _registries.UnionWith(Settings.Registries(settings));
        _settings = _settings with { RestrictsNodes = _settings.RestrictsNodes || Settings.RestrictsNodes(settings) };
    }
}
