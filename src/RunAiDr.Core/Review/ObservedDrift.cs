using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Review;

/// <summary>What was observed of one cluster and is not, or not so, on the branch of record.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Differences">From the branch of record to what was observed.</param>
/// <param name="Record">The restore point that it departs from; null where the branch of record has none of the cluster.</param>
/// <param name="Actors">The field managers that changed the cluster since.</param>
public sealed record ObservedDrift(string Cluster, StateDifferences Differences, RecordedPoint? Record, IReadOnlyList<string> Actors)
{
    /// <summary>How many changes at once are dangerous as such.</summary>
    public DeletionGuard Guard { get; init; } = new();

    /// <summary>Namespace → project, of those that differ and belong to one.</summary>
    public IReadOnlyDictionary<string, string> Projects { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What was observed is what the branch of record holds.</summary>
    public bool IsNone => Differences.Items.Count == 0;

    /// <summary>The same for the same drift, and another one when any byte of it changes.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in Differences.Items)
        {
            var (before, after) = (IdOf(item.Saved), IdOf(item.Live));
            hash.AppendData(Encoding.UTF8.GetBytes($"{before} {after} {item.Path}\0"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Compares what was observed with what the branch of record holds of the cluster, which may be nothing yet.</summary>
    public static ObservedDrift Between(string cluster, IStateTree? record, IStateTree observed, IReadOnlyList<string> actors)
    {
        var comparison = new LiveComparison(record ?? new NoState(), comparesSecrets: true);
        var recorded = record?.Files.Where(file => file.IsRegular).ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal) ?? [];
        foreach (var file in observed.Files)
        {
            if (recorded.TryGetValue(file.Path, out var blobId) && blobId == file.BlobId && file.IsRegular)
            {
                comparison.Keep(file.Path);
            }
            else
            {
                comparison.Put(file.Path, observed.Read(file.Path));
            }
        }

        var differences = comparison.Finish();
        var projects = from ns in differences.Items.Select(item => item.Namespace).OfType<string>().Distinct(StringComparer.Ordinal)
                       let path = StatePath.For(new ResourceKey("", "namespaces", null, ns))
                       let project = ProjectIn(observed, path) ?? ProjectIn(record, path)
                       where project is not null
                       select KeyValuePair.Create(ns, project);
        var point = record is null ? null : new RecordedPoint(record.Id, record.CommittedAt);
        return new ObservedDrift(cluster, differences, point, actors) { Projects = projects.ToDictionary(StringComparer.Ordinal) };
    }

    // A commit may hold anything; then the namespace itself is named.
    private static string? ProjectIn(IStateTree? tree, string path)
    {
        try
        {
            return tree?.Read(path) is { } content && YamlReader.Read(content, path, Fault.RestorePoint) is JsonObject body
                ? body.Map("metadata")?.Map("labels")?.Text("runai/queue")
                : null;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }

    private static string IdOf(byte[]? content) => content is null ? "-" : GitObjectId.OfBlob(content);

    private sealed class NoState : IStateTree
    {
        public CommitId Id => default;

        public DateTimeOffset CommittedAt => DateTimeOffset.MinValue;

        public string TreeId => "";

        public IEnumerable<StateFile> Files => [];

        public byte[]? Read(string path) => null;
    }
}

/// <summary>A restore point on the branch of record, and when it was committed.</summary>
public sealed record RecordedPoint(CommitId Commit, DateTimeOffset CommittedAt);
