using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Snapshots;

/// <summary>
/// A file <c>snapshots/&lt;component&gt;.yaml</c>: which data belongs to a restore point and where it is kept. Exactly one
/// of <see cref="Csi"/>, <see cref="Dump"/> and <see cref="External"/> is there, or none when <see cref="Failure"/> says
/// why. Times are UTC, sizes bytes, LSNs as PostgreSQL writes them (<c>16/B374D848</c>).
/// </summary>
public sealed record SnapshotReference
{
    public const int NewestFormatVersion = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public int FormatVersion { get; init; } = NewestFormatVersion;

    public required SnapshotComponent Component { get; init; }

    /// <summary><c>csi</c>, <c>pgdump</c> or <c>external</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>Name of the checkpoint that it was taken for.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>The recovery point: the data is as of this instant.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>
    /// The provider's own name for it, for checking and deleting: <c>&lt;namespace&gt;/&lt;VolumeSnapshot&gt;</c>, path or URL of
    /// the dump; empty where the provider made nothing.
    /// </summary>
    public string Location { get; init; } = "";

    /// <summary>Why there is no snapshot although one was wanted: the checkpoint is partial.</summary>
    public string? Failure { get; init; }

    /// <summary>What an operator should know before relying on it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public CsiSnapshot? Csi { get; init; }

    public DumpSet? Dump { get; init; }

    public ExternalDatabase? External { get; init; }

    /// <summary>What the database held, to compare a restored one with.</summary>
    public DatabaseFingerprint? Fingerprint { get; init; }

    /// <summary>What the metrics held.</summary>
    public MetricsFacts? Metrics { get; init; }

    /// <summary>Size of the data where it is known.</summary>
    [JsonIgnore]
    public long? Bytes => Csi?.RestoreSize ?? Dump?.Files.Sum(file => file.Bytes);

    public static string PathOf(SnapshotComponent component) =>
        $"{StateFolder.Snapshots}{(component == SnapshotComponent.Database ? "database" : "metrics")}.yaml";

    /// <summary>The reference in a restore point, null when it has none.</summary>
    /// <exception cref="RunAiDrException">As <see cref="Parse"/>.</exception>
    public static SnapshotReference? In(IStateTree tree, SnapshotComponent component) =>
        tree.Read(PathOf(component)) is { } content ? Parse(content, $"{PathOf(component)} of {tree.Id.Abbreviated}") : null;

    public byte[] ToBytes() => YamlWriter.ToBytes(JsonSerializer.SerializeToNode(this, Format));

    /// <summary>Reads the file.</summary>
    /// <param name="content">YAML.</param>
    /// <param name="where">Which file of which commit, for messages.</param>
    /// <exception cref="RunAiDrException">It is of a newer format, or not such a file.</exception>
    public static SnapshotReference Parse(ReadOnlyMemory<byte> content, string where)
    {
        if (YamlReader.Read(content, where, Fault.RestorePoint) is not JsonObject file)
        {
            throw Malformed(where, "it is not a mapping");
        }

        if (file["formatVersion"] is not JsonValue version || !version.TryGetValue<int>(out var number))
        {
            throw Malformed(where, "formatVersion is missing or not a number");
        }

        if (number > NewestFormatVersion)
        {
            throw new RunAiDrException(
                Fault.RestorePoint,
                string.Create(CultureInfo.InvariantCulture, $"{where} has format version {number}; this runai-dr reads up to version {NewestFormatVersion}."),
                "Use the version of runai-dr that wrote the repository, or a newer one.");
        }

        try
        {
            return file.Deserialize<SnapshotReference>(Format) ?? throw Malformed(where, "it is empty");
        }
        catch (JsonException failure)
        {
            throw Malformed(where, Reason(failure), failure);
        }
    }

    private static string Reason(JsonException failure) =>
        failure.Path?.TrimStart('$', '.') is { Length: > 0 } key ? $"{key} has an unexpected value" : "a required key is missing";

    private static RunAiDrException Malformed(string where, string reason, Exception? inner = null) => new(
        Fault.RestorePoint,
        $"{where} is not a snapshot reference: {reason}.",
        "Choose another restore point, or restore the file from its history.",
        inner);
}
