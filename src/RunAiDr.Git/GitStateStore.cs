using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.History;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Git.History;
using RunAiDr.Git.Signing;

namespace RunAiDr.Git;

/// <summary>
/// Keeps restore points in a Git repository on disk. Commits are built in the object database: no work tree, no index,
/// no checkout, and the branch of record only moves forward.
/// </summary>
public sealed partial class GitStateStore : IStateStore, IDisposable
{
    private readonly Repository _repository;
    private readonly RecordBranch _record;
    private readonly RecordBranch _branch;
    private readonly DriftBranch? _drift;
    private readonly CommitAuthor _author;
    private readonly TrustedSigners _trusted;
    private readonly bool _requiresSignatures;
    private readonly Lock _gate = new();

    private GitStateStore(Repository repository, GitStateOptions options, TimeProvider clock)
    {
        _repository = repository;
        _record = new RecordBranch(repository, options.Branch);
        _author = new CommitAuthor(repository, options, clock);
        _drift = options.ReviewedCluster is { } cluster ? new DriftBranch(repository, _record, _author, cluster) : null;
        _branch = options.ReviewedCluster is { } reviewed ? new RecordBranch(repository, DriftBranch.NameOf(reviewed)) : _record;
        (_trusted, _requiresSignatures) = (options.Trusted, options.RequiresSignatures);
        History = new GitStateHistory(Path, options.Branch);
    }

    /// <summary>The branch of record as a history. Any thread may ask it.</summary>
    public IStateHistory History { get; }

    /// <summary>
    /// What exports of this repository keep for the next; any thread may use it. Null where signatures are required: who can
    /// write to the folder, but not sign, could have an old file taken for the present one.
    /// </summary>
    public IFormMemory? Forms => _requiresSignatures ? null : new FormMemory(Path);

    private string Path => _repository.Info.Path;

    /// <summary>Opens an existing repository.</summary>
    /// <exception cref="RunAiDrException">
    /// It is missing, damaged, somebody else's, or has the branch of record checked out in a work tree.
    /// </exception>
    public static GitStateStore Open(GitStateOptions options, TimeProvider clock)
    {
        Check(options);
        return GitFault.Explain(options.Path, () =>
        {
            var store = new GitStateStore(GitLibrary.Open(options.Path), options, clock);
            try
            {
                store._branch.EnsureNotCheckedOut();
                return store;
            }
            catch
            {
                store.Dispose();
                throw;
            }
        });
    }

    /// <summary>
    /// Makes a bare repository, unless there is one, and commits those files of the seed (path → content) that it lacks.
    /// </summary>
    /// <exception cref="RunAiDrException">The folder holds something that is not a repository.</exception>
    public static void Init(IReadOnlyDictionary<string, byte[]> seed, GitStateOptions options, TimeProvider clock)
    {
        Check(options);
        _ = GitFault.Explain(options.Path, () =>
        {
            if (!Repository.IsValid(options.Path))
            {
                CreateBare(options);
            }

            using var store = Open(options, clock);
            return store.Seed(seed);
        });
    }

    public IStateWriter Begin(string cluster)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () =>
        {
            _branch.EnsureNotCheckedOut();
            _drift?.Follow();
            PackFile.RemoveStale(NewObjects.PackFolder(_repository));
            return new GitStateWriter(_repository, _branch, _author, cluster, VouchedOf(cluster));
        });
    }

    public IStateTree Open(string cluster, string? reference)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () =>
        {
            var finder = new RestorePointFinder(_repository, cluster);
            var commit = reference is null ? _record.Tip() : finder.Find(reference).Commit;
            if (commit is null)
            {
                throw new RunAiDrException(
                    Fault.RestorePoint, $"There is no export yet in {Path}.", "Run `runai-dr export` first.");
            }

            var tree = ClusterFolder.Find(commit, cluster);
            if (tree?[RestorePointInfo.Path]?.TargetType != TreeEntryTargetType.Blob)
            {
                throw new RunAiDrException(
                    Fault.RestorePoint,
                    $"Commit {commit.Sha} holds no restore point of cluster {cluster}: it has no {ClusterFolder.Parent}/{cluster}/{RestorePointInfo.Path}.",
                    WaitsForReview(cluster) + finder.Remedy(reference ?? ""));
            }

            return new GitStateTree(_repository, commit, tree, _gate);
        });
    }

    /// <summary>What a commit made of its first parent; null where either has nothing of the cluster, or is not here.</summary>
    public (IStateTree Before, IStateTree After)? Step(string cluster, CommitId commit)
    {
        CheckCluster(cluster);
        return GitFault.Explain<(IStateTree, IStateTree)?>(Path, () =>
            _repository.Lookup<Commit>(commit.Sha) is { } made
            && made.Parents.FirstOrDefault() is { } parent
            && TreeAt(_repository.Lookup<Commit>(parent.Id), cluster) is { } before
            && TreeAt(made, cluster) is { } after ? (before, after) : null);
    }

    /// <summary>What the signature proves of a restore point, as the operator named it: of the tag, otherwise of the commit.</summary>
    /// <param name="cluster">Whose restore point.</param>
    /// <param name="reference">The words that <see cref="Open(string, string?)"/> was given.</param>
    /// <param name="restorePoint">The commit that it found.</param>
    /// <exception cref="RunAiDrException">The words name another commit by now, or it cannot be checked.</exception>
    public SignatureVerdict CheckSignature(string cluster, string reference, CommitId restorePoint)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => new RestorePointSignature(_repository, cluster, _trusted).Check(reference, restorePoint));
    }

    public IStateTree? Tip(string cluster)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => TreeAt(NewestCommit(), cluster));
    }

    public IStateTree? TrustedTip(string cluster)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => TreeAt(VouchedOf(cluster) is { } vouched ? vouched.NewestAt(NewestCommit()) : NewestCommit(), cluster));
    }

    public StateAmendment? Amend(string cluster, string treeId, IReadOnlyList<StateEdit> edits, CommitText text)
    {
        CheckCluster(cluster);
        foreach (var edit in edits)
        {
            EntryName.Check(edit.Path);
        }

        return GitFault.Explain(Path, () => new Amendment(_repository, _branch, _author).Commit(cluster, treeId, edits, text));
    }

    public string Tag(string cluster, string name, CommitId restorePoint, string message)
    {
        CheckCluster(cluster);
        var tag = RestorePointFinder.TagPrefix(cluster) + name;
        if (!RefName.IsLegal(tag) || !RefName.IsLegal(name))
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"'{Visible.Text(tag)}' is not a legal tag name.",
                "Use letters, digits, '-' and '_', and at most 200 of them (git check-ref-format has all the rules).");
        }

        return GitFault.Explain(Path, () => Annotate(tag, restorePoint, message));
    }

    public IReadOnlyList<StateTag> Tags(string cluster)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => new CheckpointTags(_repository, cluster).List());
    }

    public bool DeleteTag(string cluster, string name)
    {
        CheckCluster(cluster);
        return GitFault.Explain(Path, () => new CheckpointTags(_repository, cluster).Delete(name));
    }

    public void Dispose() => _repository.Dispose();

    /// <summary>Signs something that is thrown away: what would fail later, fails now. For what is about to write.</summary>
    /// <exception cref="RunAiDrException">Commits could not be signed as the options want it.</exception>
    public static void EnsureCanSign(GitStateOptions options)
    {
        if (options.Signing is { } signing)
        {
            _ = new ObjectSigner(signing).Sign("This proves that the key serves.\n");
        }
    }

    internal static void Check(GitStateOptions options)
    {
        if (!RefName.IsLegal(options.Branch))
        {
            throw new RunAiDrException(
                Fault.Configuration, $"'{Visible.Text(options.Branch)}' is not a legal branch name.", "Name the branch of record otherwise, for example main.");
        }

        if (string.IsNullOrWhiteSpace(options.AuthorName) || string.IsNullOrWhiteSpace(options.AuthorEmail)
            || $"{options.AuthorName}{options.AuthorEmail}".Any(c => char.IsControl(c) || c is '<' or '>'))
        {
            throw new RunAiDrException(
                Fault.Configuration,
                "The author of commits needs a name and an e-mail address without line breaks, '<' and '>'.",
                "Correct the author in the configuration.");
        }
    }

    internal static void CheckCluster(string cluster)
    {
        if (!EntryName.IsLegalName(cluster) || !RefName.IsLegal(cluster))
        {
            throw new RunAiDrException(
                Fault.Configuration,
                $"'{Visible.Text(cluster)}' cannot be the name of a cluster: it becomes a folder and part of tag names.",
                "Use letters, digits, '-' and '_'.");
        }
    }

    internal static void CreateBare(GitStateOptions options)
    {
        if (Directory.Exists(options.Path) && Directory.EnumerateFileSystemEntries(options.Path).Any())
        {
            throw new RunAiDrException(
                Fault.Repository,
                $"{options.Path} is not empty and not a Git repository.",
                "Give an empty or new folder for the repository.");
        }

        var folder = Repository.Init(options.Path, isBare: true);
        File.WriteAllText(System.IO.Path.Combine(folder, "HEAD"), $"ref: refs/heads/{options.Branch}\n");
    }

    private VouchedState? VouchedOf(string cluster) =>
        _requiresSignatures ? new VouchedState(_repository, cluster, _trusted) : null;

    private CommitId? Seed(IReadOnlyDictionary<string, byte[]> seed)
    {
        var tip = _branch.Tip();
        var missing = seed.Where(file => tip?[file.Key] is null).ToList();
        if (missing.Count == 0)
        {
            return null;
        }

        var tree = tip is null ? new TreeDefinition() : TreeDefinition.From(tip);
        foreach (var (path, content) in missing)
        {
            EntryName.Check(path);
            var blob = _repository.ObjectDatabase.Write<Blob>(content);
            tree.Add(path, _repository.Lookup<Blob>(blob), Mode.NonExecutableFile);
        }

        var commit = _author.NewCommit("Seed the disaster-recovery repository\n", _repository.ObjectDatabase.CreateTree(tree), tip);
        return _branch.Move(tip, commit) ? new CommitId(commit.Sha) : Seed(seed);
    }

    private string Annotate(string tag, CommitId restorePoint, string message)
    {
        var commit = _repository.Lookup<Commit>(restorePoint.Sha) ?? throw new RunAiDrException(
            Fault.RestorePoint, $"There is no commit {restorePoint} in {Path}.", "Tag a restore point that `git log` lists.");
        try
        {
            _repository.Refs.Add(RemoteRefs.TagPrefix + tag, _author.NewTag(tag, commit, MessageFormat.Lines(message) + "\n"));
            return tag;
        }
        catch (NameConflictException failure)
        {
            throw new RunAiDrException(
                Fault.Configuration, $"Tag {tag} exists already, or is in the way of another.", "Choose another name: a tag never moves.", failure);
        }
    }
}
