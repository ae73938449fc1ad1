using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>
/// The files of one state tree: passes them on, and refuses two that a file system which ignores case would mix up.
/// </summary>
internal sealed class StateFiles(IStateSink sink)
{
    private readonly Dictionary<string, (string Path, string What)> _byFoldedPath = new(StringComparer.Ordinal);

    public bool Has(string path) =>
        _byFoldedPath.TryGetValue(StatePath.FoldsTo(path), out var file) && file.Path == path;

    /// <exception cref="RunAiDrException">Another file differs from it in case only.</exception>
    public void Put(string path, string what, ReadOnlySpan<byte> content)
    {
        Add(path, what);
        sink.Put(path, content);
    }

    /// <summary>As <see cref="Put"/>, of a file that the sink holds.</summary>
    /// <exception cref="RunAiDrException">As above.</exception>
    public void Keep(string path, string what)
    {
        Add(path, what);
        sink.Keep(path);
    }

    private void Add(string path, string what)
    {
        var folded = StatePath.FoldsTo(path);
        if (!_byFoldedPath.TryAdd(folded, (path, what)))
        {
            throw new RunAiDrException(
                Fault.NeedsOperator,
                $"{_byFoldedPath[folded].What} and {what} differ in upper and lower case only, "
                + "so a checkout on a file system that ignores case would lose one of them.",
                "Rename one of the two, or exclude one in the scope file.");
        }
    }
}
