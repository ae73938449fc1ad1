using System.Text.Json.Nodes;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration.Mapping;

/// <summary>
/// A restore point as the target is to have it: with the names of <see cref="RestoreMapping"/>. What is planned, restored and
/// verified is this tree, so that a mapped rehydration is proven like any other. Files that cannot be read stay as they are;
/// whoever reads them says what is wrong.
/// </summary>
public sealed class MappedStateTree : IStateTree
{
    private readonly SortedDictionary<string, (StateFile File, byte[]? Content)> _files = new(StringComparer.Ordinal);

    private MappedStateTree(IStateTree saved, RestoreMapping mapping)
    {
        Saved = saved;
        foreach (var file in saved.Files)
        {
            var (path, content) = Map(file, mapping);
            var mapped = content is null ? file with { Path = path } : new StateFile(path, GitObjectId.OfBlob(content), content.Length, true);
            if (!_files.TryAdd(path, (mapped, content ?? (path == file.Path ? null : saved.Read(file.Path)))))
            {
                throw new RunAiDrException(
                    Fault.NeedsOperator,
                    $"Two resources of the restore point would become {path}.",
                    "Map the namespaces so that no two become one, or only namespaces that hold different things.");
            }
        }
    }

    /// <summary>The restore point as it was saved.</summary>
    internal IStateTree Saved { get; }

    public CommitId Id => Saved.Id;

    public DateTimeOffset CommittedAt => Saved.CommittedAt;

    public string TreeId => Saved.TreeId;

    public IEnumerable<StateFile> Files => _files.Values.Select(item => item.File);

    /// <summary>The tree itself when there is nothing to map.</summary>
    /// <exception cref="RunAiDrException">Two resources would get one name.</exception>
    public static IStateTree Of(IStateTree saved, RestoreMapping mapping) => mapping.IsEmpty ? saved : new MappedStateTree(saved, mapping);

    public byte[]? Read(string path) =>
        _files.TryGetValue(path, out var found) ? found.Content ?? Saved.Read(path) : null;

    private (string Path, byte[]? Content) Map(StateFile file, RestoreMapping mapping)
    {
        // Renamed, a placeholder of another document could become one of this.
        if (!file.IsRegular || Saved.Read(file.Path) is not { } content || Parse(content, file.Path) is not { } body
            || ForeignPlaceholders.FirstIn(body, file.Path) is not null)
        {
            return (file.Path, null);
        }

        var before = body.ToJsonString();
        var path = MappedBody.Map(body, file.Path, mapping);
        body = SecretFilling.Fill(body, SecretFilling.NamesIn(body).ToDictionary(
            name => name, name => new SecretText(Placeholder.For(mapping.PlaceholderName(name))), StringComparer.Ordinal));
        return (path, body.ToJsonString() == before ? null : YamlWriter.ToBytes(body));
    }

    private static JsonObject? Parse(byte[] content, string path)
    {
        try
        {
            return path.EndsWith(".yaml", StringComparison.Ordinal)
                ? YamlReader.Read(content, path, Fault.RestorePoint) as JsonObject
                : null;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }
}
