namespace RunAiDr.Core.State;

/// <summary>Keeps restore points. Paths are relative to the folder of one cluster and use <c>/</c>.</summary>
public interface IStateStore
{
    /// <summary>Starts the next state tree of a cluster. Dispose without <see cref="IStateWriter.Commit"/> to abandon it.</summary>
    IStateWriter Begin(string cluster);

    /// <summary>
    /// Finds a restore point of a cluster by branch, tag (full name, or <c>&lt;name&gt;</c> of <c>dr/&lt;cluster&gt;/&lt;name&gt;</c>),
    /// commit or unique prefix of one; null means the tip of the branch of record.
    /// </summary>
    /// <exception cref="RunAiDrException">It does not exist or holds no restore point of this cluster.</exception>
    IStateTree Open(string cluster, string? reference);

    /// <summary>The newest state tree, or null before the first export: of the branch of record, or where drift is reviewed of the drift branch.</summary>
    IStateTree? Tip(string cluster);

    /// <summary>
    /// What the next export may take over as it is: the tip, or where signatures are required the newest state on the branch
    /// that one of those who may has signed. Null when there is none.
    /// </summary>
    IStateTree? TrustedTip(string cluster);

    /// <summary>
    /// Commits edits of single files where <see cref="Tip"/> is, and costs as much as these files and their folders do.
    /// Null when the folder of the cluster is no longer <paramref name="treeId"/>: somebody else changed it.
    /// </summary>
    /// <param name="cluster">Whose folder.</param>
    /// <param name="treeId">Object id of that folder as the caller knows it.</param>
    /// <param name="edits">At least one; each changes the folder.</param>
    /// <param name="text">The message.</param>
    StateAmendment? Amend(string cluster, string treeId, IReadOnlyList<StateEdit> edits, CommitText text);

    /// <summary>Makes the annotated tag <c>dr/&lt;cluster&gt;/&lt;name&gt;</c> and gives its full name.</summary>
    /// <exception cref="RunAiDrException">The name is taken or not a legal tag name.</exception>
    string Tag(string cluster, string name, CommitId restorePoint, string message);

    /// <summary>The tags <c>dr/&lt;cluster&gt;/&lt;name&gt;</c> of a cluster that name a commit, the newest first.</summary>
    IReadOnlyList<StateTag> Tags(string cluster);

    /// <summary>Deletes such a tag, here and with the next synchronization at the remote; false when it is not there. Its commit stays.</summary>
    bool DeleteTag(string cluster, string name);
}

/// <summary>Takes the files of a state tree as an export makes them, in any order.</summary>
public interface IStateSink
{
    /// <summary>Adds or replaces a file. The content is consumed before the call returns.</summary>
    void Put(string path, ReadOnlySpan<byte> content);

    /// <summary>
    /// Whether the state that this tree follows, or is compared with, has this very file: then <see cref="Keep"/> does as
    /// well. Several threads may ask while no file is put.
    /// </summary>
    bool Holds(string path, string blobId);

    /// <summary>Adds a file as that state has it; none when it has none.</summary>
    void Keep(string path);

    /// <summary>Forgets every file put so far: the export has started again.</summary>
    void Reset();
}

/// <summary>The next state tree of one cluster while an export fills it; it follows <see cref="IStateStore.TrustedTip"/>.</summary>
public interface IStateWriter : IStateSink, IDisposable
{
    /// <summary>Path → Git blob id of every file put or kept so far.</summary>
    IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>Object id of the cluster's folder that <see cref="Commit"/> committed, or found at the tip.</summary>
    string TreeId { get; }

    /// <summary>
    /// From here on the files of <c>snapshots/</c> are of this tree as all others are: what is not put, goes. Otherwise
    /// they stay as the tip has them.
    /// </summary>
    void ReplaceSnapshots();

    /// <summary>
    /// Number of files that the tip has and this tree lacks, and number of files the tip has; not counted are those that
    /// follow from others, the runbook and secrets.
    /// </summary>
    (int Deleted, int Before) Deletions();

    /// <summary>The changes against the tip, by path, for the commit message.</summary>
    IReadOnlyList<StateChange> Changes();

    /// <summary>
    /// Commits the tree where <see cref="IStateStore.Tip"/> is when it differs from the tip; null when nothing changed. Files of other
    /// clusters and other people in the repository, and <c>snapshots/</c> of this cluster, stay as they are.
    /// </summary>
    CommitId? Commit(CommitText text);
}

/// <summary>The files of one cluster in one commit. Safe for use by several threads.</summary>
public interface IStateTree
{
    CommitId Id { get; }

    DateTimeOffset CommittedAt { get; }

    /// <summary>Object id of the cluster's folder: equal state, equal id.</summary>
    string TreeId { get; }

    /// <summary>Every file in ordinal order of its path.</summary>
    IEnumerable<StateFile> Files { get; }

    /// <summary>Content of one file, null when it is not there.</summary>
    byte[]? Read(string path);
}

/// <summary>One file of a state tree. <paramref name="BlobId"/> is the Git blob id of its content. Only regular files are restorable; <paramref name="IsRegular"/> is false for symlinks and submodules.</summary>
public sealed record StateFile(string Path, string BlobId, long Size, bool IsRegular)
{
    /// <summary>Bytes of the largest file that is read. No Kubernetes object is larger.</summary>
    public const long MostBytes = 4 * 1024 * 1024;
}

/// <summary>A tag of a restore point: <paramref name="Name"/> is what follows <c>dr/&lt;cluster&gt;/</c>; one that nobody annotated is as old as its commit and says what that says.</summary>
public sealed record StateTag(string Name, CommitId Commit, DateTimeOffset TaggedAt, string Message);

public enum StateChangeKind
{
    Added,
    Changed,
    Deleted,
}

/// <summary>One file of a cluster's folder that gets new content, or goes where that is null.</summary>
public sealed record StateEdit(string Path, ReadOnlyMemory<byte>? Content);

/// <summary>The commit of some edits, and the object id of the cluster's folder in it.</summary>
public sealed record StateAmendment(CommitId Commit, string TreeId);

public sealed record StateChange(StateChangeKind Kind, string Path);

/// <summary>Subject, body and trailers of a commit.</summary>
public sealed record CommitText(string Subject, string Body, IReadOnlyList<KeyValuePair<string, string>> Trailers);

/// <summary>The Git commit that holds one restore point.</summary>
public readonly record struct CommitId(string Sha)
{
    public string Abbreviated => Sha[..8];

    public override string ToString() => Sha;
}
