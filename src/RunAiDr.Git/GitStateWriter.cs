using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;
using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>Takes one state tree, stores what is new of it as it comes, and commits it. One caller at a time.</summary>
internal sealed class GitStateWriter : IStateWriter
{
    private const int Attempts = 20;

    private readonly Repository _repository;
    private readonly RecordBranch _branch;
    private readonly CommitAuthor _author;
    private readonly string _cluster;
    private readonly VouchedState? _vouched;
    private readonly Dictionary<string, string> _put = [];
    private readonly string _path;
    private NewObjects _objects;
    private TipFolder _tip;
    private TipFolder _carried;
    private bool _replacesSnapshots;

    /// <param name="repository">Where the commit goes.</param>
    /// <param name="branch">The branch of record.</param>
    /// <param name="author">Makes the commit.</param>
    /// <param name="cluster">Whose state it is.</param>
    /// <param name="vouched">Tells what may be carried over from the tip; null when all of it.</param>
    public GitStateWriter(Repository repository, RecordBranch branch, CommitAuthor author, string cluster, VouchedState? vouched)
    {
        _repository = repository;
        _branch = branch;
        _author = author;
        _cluster = cluster;
        _vouched = vouched;
        _path = repository.Info.Path;
        _objects = new NewObjects(repository);
        (_tip, _carried) = Load(branch.Tip());
    }

    public IReadOnlyDictionary<string, string> Files => _put;

    public string TreeId { get; private set; } = "";

    public void Put(string path, ReadOnlySpan<byte> content)
    {
        EntryName.Check(path);
        try
        {
            _put[path] = _objects.Add(GitObjectKind.Blob, content);
        }
        catch (Exception failure) when (GitFault.IsFault(failure))
        {
            throw GitFault.Of(failure, _path);
        }
    }

    public bool Holds(string path, string blobId) =>
        _carried.Files.TryGetValue(path, out var entry) && entry.Mode == Mode.NonExecutableFile && entry.Id == blobId;

    public void Keep(string path)
    {
        if (_carried.Files.TryGetValue(path, out var entry))
        {
            _put[path] = entry.Id;
        }
    }

    public void ReplaceSnapshots() => _replacesSnapshots = true;

    public void Reset()
    {
        _put.Clear();
        _objects.Dispose();
        _objects = new NewObjects(_repository);
        _tip.Announce(_objects.Known);
        _carried.Announce(_objects.Known);
    }

    public (int Deleted, int Before) Deletions()
    {
        // The runbook and the secrets of a document follow from other files.
        var exported = _tip.Files.Keys
            .Where(path => IsExported(path) && path != RunbookPage.Path && !path.StartsWith(StateFolder.Secrets, StringComparison.Ordinal))
            .ToList();
        return (exported.Count(path => !_put.ContainsKey(path)), exported.Count);
    }

    public IReadOnlyList<StateChange> Changes()
    {
        var next = Next();
        var written = next
            .Where(file => !_tip.Files.TryGetValue(file.Key, out var before) || before != file.Value)
            .Select(file => new StateChange(
                _tip.Files.ContainsKey(file.Key) ? StateChangeKind.Changed : StateChangeKind.Added, file.Key));
        var deleted = _tip.Files.Keys
            .Where(path => !next.ContainsKey(path))
            .Select(path => new StateChange(StateChangeKind.Deleted, path));
        return [.. written.Concat(deleted).OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    public CommitId? Commit(CommitText text) => GitFault.Explain(_path, () =>
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var tip = _branch.Tip();
            if (tip?.Sha != _tip.Commit?.Sha)
            {
                // Somebody committed meanwhile: our folder goes onto what is there now.
                (_tip, _carried) = Load(tip);
            }

            if (WriteRoot() is not { } root)
            {
                return (CommitId?)null;
            }

            _objects.Store();
            var commit = _author.NewCommit(MessageFormat.Of(text), _repository.Lookup<Tree>(root), tip);
            if (_branch.Move(tip, commit))
            {
                return new CommitId(commit.Sha);
            }
        }

        throw new RunAiDrException(
            Fault.Repository,
            $"The branch of record in {_path} moved {Attempts} times while this commit was made.",
            "Find out what else commits there so often, then try again.");
    });

    public void Dispose() => _objects.Dispose();

    private bool IsExported(string path) =>
        _replacesSnapshots || !path.StartsWith(StateFolder.Snapshots, StringComparison.Ordinal);

    private (TipFolder Tip, TipFolder Carried) Load(Commit? commit)
    {
        var tip = TipFolder.Load(commit, _cluster, _objects.Known);
        return (tip, _vouched is null ? tip : TipFolder.Load(_vouched.NewestAt(commit), _cluster, _objects.Known));
    }

    /// <summary>Every file of the next commit.</summary>
    private Dictionary<string, FolderEntry> Next()
    {
        var files = _put.ToDictionary(file => file.Key, file => new FolderEntry(Mode.NonExecutableFile, file.Value), StringComparer.Ordinal);
        foreach (var (path, entry) in _carried.Files.Where(file => !IsExported(file.Key)))
        {
            files.TryAdd(path, entry);
        }

        return files;
    }

    /// <summary>Adds the trees of the next commit and gives the id of the topmost; null when it is that of the tip.</summary>
    private string? WriteRoot()
    {
        var folder = new FolderTree();
        foreach (var (path, entry) in Next())
        {
            folder.Add(path, entry);
        }

        var own = folder.Write(_objects);
        TreeId = own?.Id ?? "";
        if (ClusterFolder.Replace(_tip.Commit?.Tree, _cluster, own, _objects) is { } written)
        {
            return written.Id == _tip.Commit?.Tree.Sha ? null : written.Id;
        }

        // Git keeps no empty folder, but a commit has a tree even when no file is left.
        return _tip.Files.Count == 0 ? null : _objects.Add(GitObjectKind.Tree, []);
    }
}
