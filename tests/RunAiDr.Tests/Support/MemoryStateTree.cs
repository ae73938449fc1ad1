using System.Text;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Tests.Support;

/// <summary>A state tree in memory; it takes anything, as a commit does.</summary>
internal sealed class MemoryStateTree : IStateTree
{
    public static readonly DateTimeOffset Committed = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public const string Header = """
        charts: {}
        cluster: prod
        clusterUid: 11111111-1111-1111-1111-111111111111
        compareOnly:
          - projects.run.ai
          - departments.scheduling.run.ai
          - nodepools.run.ai
          - accessrules.run.ai
        distribution: kubernetes
        formatVersion: 1
        kubernetesVersion: v1.36.3
        scopeDigest: abc

        """;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _links = new(StringComparer.Ordinal);

    public MemoryStateTree() => Put("restore-point.yaml", Header);

    public CommitId Id => new("0123456789abcdef0123456789abcdef01234567");

    public DateTimeOffset CommittedAt => Committed;

    public string TreeId => GitObjectId.OfBlob(Encoding.UTF8.GetBytes(string.Join('\n', Files)));

    public IEnumerable<StateFile> Files =>
        _files.Select(f => new StateFile(f.Key, GitObjectId.OfBlob(f.Value), f.Value.Length, !_links.Contains(f.Key)));

    public byte[]? Read(string path) => _files.GetValueOrDefault(path);

    public MemoryStateTree Put(string path, string text) => Put(path, Encoding.UTF8.GetBytes(text));

    public MemoryStateTree Put(string path, byte[] content)
    {
        _files[path] = content;
        return this;
    }

    public MemoryStateTree Put(Resource resource) =>
        Put(StatePath.For(resource.Key), YamlWriter.ToBytes(resource.Body));

    public MemoryStateTree PutLink(string path, string target)
    {
        _links.Add(path);
        return Put(path, target);
    }

    public MemoryStateTree Remove(string path)
    {
        _files.Remove(path);
        return this;
    }

    public MemoryStateTree Copy()
    {
        var copy = new MemoryStateTree();
        copy._files.Clear();
        foreach (var (path, content) in _files)
        {
            copy.Put(path, content);
        }

        return copy;
    }

    /// <summary>What an exporter does with a state sink.</summary>
    public void PutInto(IStateSink sink)
    {
        foreach (var (path, content) in _files.Reverse())
        {
            sink.Put(path, content);
        }
    }
}
