using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.State;

/// <summary>
/// The file <c>restore-point.yaml</c>: which cluster the state tree is of and how to read it. It holds no time and no
/// revision, so that equal state is an equal tree.
/// </summary>
/// <param name="Cluster">The name the operator gave the cluster.</param>
/// <param name="ClusterUid">UID of namespace kube-system, null when it could not be read.</param>
/// <param name="KubernetesVersion">As the API server says it, such as <c>v1.36.3</c>.</param>
/// <param name="Distribution"><c>kubernetes</c> or <c>openshift</c>.</param>
/// <param name="Charts">Helm release → chart version.</param>
/// <param name="ScopeDigest">SHA-256 of the scope it was exported with.</param>
/// <param name="CompareOnly">What is never applied: qualified kind names (<c>projects.run.ai</c>) and single resources (<c>kind/name</c>).</param>
public sealed record RestorePointInfo(
    string Cluster,
    string? ClusterUid,
    string KubernetesVersion,
    string Distribution,
    ImmutableSortedDictionary<string, string> Charts,
    string ScopeDigest,
    ImmutableSortedSet<string> CompareOnly)
{
    public const string Path = "restore-point.yaml";
    public const int NewestFormatVersion = 1;

    /// <summary>Entry of <see cref="CompareOnly"/> for one resource.</summary>
    public static string CompareOnlyEntry(ResourceKey key) =>
        key.Namespace is null ? $"{key.QualifiedName}/{key.Name}" : $"{key.QualifiedName}/{key.Namespace}/{key.Name}";

    public bool IsCompareOnly(ResourceKey key) =>
        CompareOnly.Contains(key.QualifiedName) || CompareOnly.Contains(CompareOnlyEntry(key));

    public byte[] ToBytes()
    {
        var file = new JsonObject
        {
            ["formatVersion"] = NewestFormatVersion,
            ["cluster"] = Cluster,
            ["kubernetesVersion"] = KubernetesVersion,
            ["distribution"] = Distribution,
            ["charts"] = new JsonObject(Charts.Select(chart =>
                KeyValuePair.Create(chart.Key, (JsonNode?)JsonValue.Create(chart.Value)))),
            ["scopeDigest"] = ScopeDigest,
            ["compareOnly"] = new JsonArray([.. CompareOnly.Select(entry => JsonValue.Create(entry))]),
        };
        if (ClusterUid is not null)
        {
            file["clusterUid"] = ClusterUid;
        }

        return YamlWriter.ToBytes(file);
    }

    /// <summary>Reads the file.</summary>
    /// <param name="content">YAML.</param>
    /// <param name="where">Which file of which commit, for messages.</param>
    /// <exception cref="RunAiDrException">It is of a newer format, or not such a file.</exception>
    public static RestorePointInfo Parse(ReadOnlyMemory<byte> content, string where)
    {
        if (YamlReader.Read(content, where, Fault.RestorePoint) is not JsonObject file)
        {
            throw Malformed(where, "it is not a mapping");
        }

        CheckFormat(file, where);
        return new RestorePointInfo(
            Required(file, "cluster", where),
            file.Text("clusterUid"),
            Required(file, "kubernetesVersion", where),
            Required(file, "distribution", where),
            ChartsOf(file, where),
            Required(file, "scopeDigest", where),
            EntriesOf(file, where));
    }

    private static void CheckFormat(JsonObject file, string where)
    {
        if (file["formatVersion"] is not JsonValue value
            || !int.TryParse(value.ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw Malformed(where, "formatVersion is missing or not a number");
        }

        if (version > NewestFormatVersion)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                $"{where} has format version {version}; this runai-dr reads up to version {NewestFormatVersion}.",
                "Use the version of runai-dr that wrote the repository, or a newer one.");
        }
    }

    private static ImmutableSortedDictionary<string, string> ChartsOf(JsonObject file, string where)
    {
        var charts = file["charts"] as JsonObject ?? throw Malformed(where, "charts is missing or not a mapping");
        return charts.ToImmutableSortedDictionary(
            chart => chart.Key,
            chart => chart.Value.AsText() ?? throw Malformed(where, $"the version of chart {chart.Key} is not a text"),
            StringComparer.Ordinal);
    }

    private static ImmutableSortedSet<string> EntriesOf(JsonObject file, string where)
    {
        var list = file["compareOnly"] as JsonArray ?? throw Malformed(where, "compareOnly is missing or not a list");
        return list
            .Select(entry => entry.AsText() ?? throw Malformed(where, "compareOnly holds something that is not a text"))
            .ToImmutableSortedSet(StringComparer.Ordinal);
    }

    private static string Required(JsonObject file, string key, string where) =>
        file.Text(key) ?? throw Malformed(where, $"{key} is missing or not a text");

    private static RunAiDrException Malformed(string where, string reason) => new(
        Fault.RestorePoint,
        $"{where} is not the description of a restore point: {reason}.",
        "Choose another restore point, or restore the file from its history.");
}
