using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>Takes one state tree, stores what is new of it as it comes, and commits it. One caller at a time.</summary>
internal sealed class GitStateWriter : IStateWriter
{
    private const int Attempts = 20;

    private readonly Repository _repository;
    private readonly RecordBranch _branch;
    private readonly CommitAuthor _author;
    private readonly string _cluster;
    private readonly Dictionary<string, string> _put = [];
    private readonly string _path;
    private NewObjects _objects;
    private TipFolder _tip;
    private bool _replacesSnapshots;

    public GitStateWriter(Repository repository, RecordBranch branch, CommitAuthor author, string cluster)
    {
        _repository = repository;
        _branch = branch;
        _author = author;
        _cluster = cluster;
        _path = repository.Info.Path;
        _objects = new NewObjects(repository);
        _tip = TipFolder.Load(branch.Tip(), cluster, _objects.Known);
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

    public void Keep(string path) => _put[path] = _tip.Files[path].Id;

    public void ReplaceSnapshots() => _replacesSnapshots = true;

    public void Reset()
    {
        _put.Clear();
        _objects.Dispose();
        _objects = new NewObjects(_repository);
        _tip.Announce(_objects.Known);
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
        var written = _put
            .Where(file => !_tip.Holds(file.Key, file.Value))
            .Select(file => new StateChange(
                _tip.Files.ContainsKey(file.Key) ? StateChangeKind.Changed : StateChangeKind.Added, file.Key));
        var deleted = _tip.Files.Keys
            .Where(path => IsExported(path) && !_put.ContainsKey(path))
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
                _tip = TipFolder.Load(tip, _cluster, _objects.Known);
            }

            if (WriteRoot() is not { } root)
            {
                return (CommitId?)null;
            }

            _objects.Store();
            var commit = _repository.ObjectDatabase.CreateCommit(
                _author.Sign(), _author.Sign(), MessageFormat.Of(text), _repository.Lookup<Tree>(root), tip is null ? [] : [tip], false);
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

    /// <summary>Adds the trees of the next commit and gives the id of the topmost; null when it is that of the tip.</summary>
    private string? WriteRoot()
    {
        var folder = new FolderTree();
        foreach (var (path, id) in _put)
        {
            folder.Add(path, new FolderEntry(Mode.NonExecutableFile, id));
        }

        foreach (var (path, entry) in _tip.Files.Where(file => !IsExported(file.Key) && !_put.ContainsKey(file.Key)))
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
