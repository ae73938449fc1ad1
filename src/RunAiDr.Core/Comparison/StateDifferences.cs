using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DiffPlex.Renderer;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Comparison;

public enum DifferenceKind
{
    /// <summary>In the live cluster only.</summary>
    Added,

    /// <summary>In the restore point only.</summary>
    Missing,

    Changed,
}

/// <summary>How the live cluster differs from a restore point, by path.</summary>
public sealed record StateDifferences(IReadOnlyList<StateDifference> Items)
{
    [JsonIgnore]
    public IReadOnlyCollection<string> SavedPaths { get; init; } = [];

    [JsonIgnore]
    public IReadOnlyCollection<string> LivePaths { get; init; } = [];

    /// <summary>Whether values of secrets were compared too.</summary>
    [JsonIgnore]
    public bool HasSecrets { get; init; }
}

/// <summary>
/// One file that differs. <paramref name="Fields"/> says how, from the restore point to the live cluster;
/// <paramref name="Dangers"/> are those that the live cluster has and the restore point has not.
/// </summary>
public sealed record StateDifference(
    string Path, DifferenceKind Kind, IReadOnlyList<FieldChange> Fields, IReadOnlyList<string> Dangers)
{
    private const int ContextLines = 3;

    /// <summary>The namespace it belongs to, or null for what belongs to the whole cluster.</summary>
    public string? Namespace => StatePath.TryParse(SealedFiles.DocumentOf(Path) ?? Path, out var parts)
        ? parts is { Group: "", Plural: "namespaces" } ? parts.Name : parts.Namespace
        : null;

    [JsonIgnore]
    internal byte[]? Saved { get; private init; }

    [JsonIgnore]
    internal byte[]? Live { get; private init; }

    [JsonIgnore]
    internal JsonObject? SavedBody { get; private init; }

    [JsonIgnore]
    internal JsonObject? LiveBody { get; private init; }

    /// <summary>The difference line by line, in unified form; none of MACs, whose lines say nothing.</summary>
    public IReadOnlyList<string> UnifiedDiff() => SealedFiles.IsMacs(Path) ? [] : LineLimit.IsPassed(Text(Saved), Text(Live)) ? [LineLimit.Refusal] : [.. SecretSides.Of(UnidiffRenderer.GenerateUnidiff(
        Text(Saved),
        Text(Live),
        Saved is null ? "/dev/null" : $"a/{Path}",
        Live is null ? "/dev/null" : $"b/{Path}",
        ignoreWhitespace: false,
        ignoreCase: false,
        ContextLines).TrimEnd('\n', '\r').Split(["\r\n", "\n"], StringSplitOptions.None))];

    internal static StateDifference Between(string path, byte[]? saved, byte[]? live)
    {
        var (before, after) = (Parse(path, saved), Parse(path, live));
        var kind = (saved, live) switch
        {
            (null, _) => DifferenceKind.Added,
            (_, null) => DifferenceKind.Missing,
            _ => DifferenceKind.Changed,
        };
        IReadOnlyList<FieldChange> fields =
            SealedFiles.IsMacs(path) ? [.. SecretChanges.Between(before ?? [], after ?? [])]
            : before is not null && after is not null ? [.. FieldChanges.Between(before, after)] : [];
        IReadOnlyList<string> dangers = after is null
            ? []
            : [.. Danger.In(after).Except(before is null ? [] : Danger.In(before)).Select(danger => danger.Text)];
        return new StateDifference(path, kind, fields, dangers)
        {
            Saved = saved,
            Live = live,
            SavedBody = before,
            LiveBody = after,
        };
    }

    private static string Text(byte[]? content) => content is null ? "" : Encoding.UTF8.GetString(content);

    // A commit may hold anything. What cannot be read is still compared, as text.
    internal static JsonObject? Parse(string path, byte[]? content)
    {
        try
        {
            return content is null ? null : YamlReader.Read(content, path, Fault.RestorePoint) as JsonObject;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }
}
