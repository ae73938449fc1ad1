using System.Text.Json.Nodes;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.History;

/// <summary>A file of the state tree in one commit, and the MACs of its secrets by placeholder name.</summary>
public sealed record DocumentVersion
{
    internal static DocumentVersion None { get; } = new();

    /// <summary>Null where the file is not there, or has no fields.</summary>
    internal JsonObject? Body { get; private init; }

    internal JsonObject Macs { get; private init; } = [];

    internal static DocumentVersion Read(IStateTree tree, string path) => new()
    {
        Body = StateDifference.Parse(path, tree.Read(path)),
        Macs = StateDifference.Parse(path, tree.Read(SealedFiles.MacsPathOf(path))) ?? [],
    };

    /// <summary>MACs of the secrets that a text names.</summary>
    internal JsonObject MacsIn(string text) => new(
        Placeholder.NamesIn(text).Distinct(StringComparer.Ordinal).Where(Macs.ContainsKey)
            .Select(name => KeyValuePair.Create(name, Macs[name]?.DeepClone())));
}

/// <summary>What one commit made of a file.</summary>
public sealed record DocumentStep(HistoryEntry Entry, DocumentVersion Before, DocumentVersion After)
{
    /// <summary>Field by field, and which secret got another value; none where the file is new or gone.</summary>
    public IReadOnlyList<FieldChange> Changes => Before.Body is { } before && After.Body is { } after
        ? [.. FieldChanges.Between(before, after), .. SecretChanges.Between(Before.Macs, After.Macs)]
        : [];
}
