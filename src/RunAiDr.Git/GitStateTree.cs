using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>The files of one cluster in one commit, read from the object database. Safe for use by several threads.</summary>
internal sealed class GitStateTree : IStateTree
{
    private readonly Repository _repository;
    private readonly Tree _tree;
    private readonly Lock _gate;
    private readonly Lazy<IReadOnlyList<StateFile>> _files;

    public GitStateTree(Repository repository, Commit commit, Tree tree, Lock gate)
    {
        _repository = repository;
        _tree = tree;
        _gate = gate;
        Id = new CommitId(commit.Sha);
        CommittedAt = commit.Committer.When;
        TreeId = tree.Sha;
        _files = new Lazy<IReadOnlyList<StateFile>>(List);
    }

    public CommitId Id { get; }

    public DateTimeOffset CommittedAt { get; }

    public string TreeId { get; }

    public IEnumerable<StateFile> Files => _files.Value;

    /// <summary>Content of one regular file; null when there is none, or a symlink or submodule instead.</summary>
    public byte[]? Read(string path) => GitFault.Explain(_repository.Info.Path, () =>
    {
        lock (_gate)
        {
            if (path.Contains('\0', StringComparison.Ordinal) || _tree[path] is not { Target: Blob blob } entry || !IsRegular(entry.Mode))
            {
                return null;
            }

            // Size and type are known before the content is in memory: what an entry says of them need not be true.
            var metadata = _repository.ObjectDatabase.RetrieveObjectMetadata(blob.Id);
            if (metadata.Type != ObjectType.Blob)
            {
                return null;
            }

            if (metadata.Size > StateFile.MostBytes)
            {
                throw new RunAiDrException(
                    Fault.RestorePoint,
                    $"{Visible.Text(path)} in commit {Id.Abbreviated} is larger than {StateFile.MostBytes} bytes: no file of an export is.",
                    "Undo the edit of this file, or choose another commit.");
            }

            using var content = new MemoryStream();
            using var stream = blob.GetContentStream();
            stream.CopyTo(content);
            return content.ToArray();
        }
    });

    private static bool IsRegular(Mode mode) =>
        mode is Mode.NonExecutableFile or Mode.NonExecutableGroupWritableFile or Mode.ExecutableFile;

    private List<StateFile> List() => GitFault.Explain(_repository.Info.Path, () =>
    {
        lock (_gate)
        {
            return ClusterFolder.Files(_tree, _ => { })
                .Select(file => new StateFile(file.Path, file.Entry.Id, SizeOf(file.Entry), IsRegular(file.Entry.Mode)))
                .OrderBy(file => file.Path, StringComparer.Ordinal)
                .ToList();
        }
    });

    // The commit that a submodule names is in another repository.
    private long SizeOf(FolderEntry entry) => entry.Mode == Mode.GitLink
        ? 0
        : _repository.ObjectDatabase.RetrieveObjectMetadata(new ObjectId(entry.Id)).Size;
}
