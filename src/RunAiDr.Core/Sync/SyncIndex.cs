using RunAiDr.Core.Export;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Sync;

/// <summary>
/// What the last commit holds of one cluster, by name only: it answers whether a change matters without any object in
/// memory.
/// </summary>
internal sealed class SyncIndex
{
    // Ignores case, because two paths that differ in nothing else are one file to some file systems.
    private readonly Dictionary<string, (string Path, string BlobId)> _files;

    public SyncIndex(ExportedCluster exported, IReadOnlyDictionary<string, string> files, string treeId)
    {
        _files = new(files.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (path, blobId) in files)
        {
            _files.Add(path, (path, blobId));
        }

        // Names of the last managers have served: they are as many as the files.
        Report = exported.Report with { LastManagers = new Dictionary<string, string>(StringComparer.Ordinal) };
        (Selections, Context, TreeId) = (exported.Selections, exported.Context, treeId);
    }

    public ExportReport Report { get; }

    public IReadOnlyList<ListSelection> Selections { get; }

    public ExportContext Context { get; }

    /// <summary>Object id of the cluster's folder.</summary>
    public string TreeId { get; private set; }

    /// <summary>It has files that only an operator can let go; what he decides shows in the repository.</summary>
    public bool AwaitsOperator { get; init; }

    /// <summary>Number of files; those of secrets belong to others.</summary>
    public int Count => _files.Values.Count(file => !file.Path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal));

    public string? BlobIdOf(string path) => _files.TryGetValue(path, out var file) && file.Path == path ? file.BlobId : null;

    /// <summary>Whether another path differs from this one in upper and lower case only.</summary>
    public bool Collides(string path) => _files.TryGetValue(path, out var file) && file.Path != path;

    public void Apply(IReadOnlyList<PendingFile> committed, string treeId)
    {
        foreach (var file in committed)
        {
            if (file.BlobId is { } blobId)
            {
                _files[file.Path] = (file.Path, blobId);
            }
            else
            {
                _files.Remove(file.Path);
            }
        }

        TreeId = treeId;
    }
}
