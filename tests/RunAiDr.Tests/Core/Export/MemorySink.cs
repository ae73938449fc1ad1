using System.Text;
using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.Export;

/// <summary>Keeps a state tree in memory.</summary>
internal sealed class MemorySink : IStateSink
{
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public int Resets { get; private set; }

    public string this[string path] => Encoding.UTF8.GetString(Files[path]);

    public void Put(string path, ReadOnlySpan<byte> content) => Files[path] = content.ToArray();

    public void Reset()
    {
        Files.Clear();
        Resets++;
    }
}
