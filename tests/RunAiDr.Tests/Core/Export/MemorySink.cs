using System.Text;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Export;

/// <summary>Keeps a state tree in memory, perhaps one that follows another.</summary>
internal sealed class MemorySink(MemorySink? before = null) : IStateSink
{
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths of the files that were taken over.</summary>
    public List<string> Kept { get; } = [];

    public int Resets { get; private set; }

    public string this[string path] => Encoding.UTF8.GetString(Files[path]);

    public void Put(string path, ReadOnlySpan<byte> content) => Files[path] = content.ToArray();

    public bool Holds(string path, string blobId) =>
        before?.Files.TryGetValue(path, out var content) == true && GitObjectId.OfBlob(content) == blobId;

    public void Keep(string path)
    {
        Files[path] = before?.Files[path] ?? throw new InvalidOperationException($"{path} is not held");
        Kept.Add(path);
    }

    public void Reset()
    {
        Files.Clear();
        Kept.Clear();
        Resets++;
    }
}
