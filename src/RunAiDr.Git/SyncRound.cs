using LibGit2Sharp;
using RunAiDr.Core.Sync;

namespace RunAiDr.Git;

/// <summary>One attempt at bringing repository and remote together.</summary>
internal sealed class SyncRound(
    Repository repository, RemoteTransfer transfer, RemoteAddress address, GitRemoteOptions options, TimeProvider clock)
{
    private readonly string _branchReference = "refs/heads/" + options.Repository.Branch;
    private readonly RecordBranch _branch = new(repository, options.Repository.Branch);
    private readonly TrackedTip _tracked = new(repository, options.Repository.Branch);
    private readonly TrackedTags _tags = new(repository, options.Clusters);
    private readonly Replay _replay = new(repository, options, new CommitAuthor(repository, options.Repository, clock));

    /// <summary>Complete is false when the remote moved meanwhile.</summary>
    public (RemoteOutcome Done, bool Complete) Run(Func<bool> mayPush, CancellationToken ct)
    {
        _branch.EnsureNotCheckedOut();
        var there = transfer.List(ct);
        var known = _tracked.Commit;
        var remote = RemoteTip(there, ct);
        var rewritten = IsRewritten(known, remote);
        var fetched = CommitCount.Between(repository, remote, _branch.Tip());
        TakeTags(there, trustsDeletions: remote is not null && !rewritten, ct);
        var replayed = remote is not null && Integrate(remote, known, rewritten, ct);
        var (pushed, complete) = Push(there, remote, mayPush, ct);
        return (new RemoteOutcome(fetched, pushed, replayed), complete);
    }

    private Commit? RemoteTip(RemoteRefs there, CancellationToken ct)
    {
        // A remote without the branch gets it from us: there is nothing that could be lost.
        if (there[_branchReference] is not { } id)
        {
            return null;
        }

        return repository.Lookup<Commit>(id) ?? transfer.FetchBranch(options.Repository.Branch, ct);
    }

    /// <summary>True when the remote does not go on from where it was, and the operator has accepted that.</summary>
    private bool IsRewritten(Commit? known, Commit? remote)
    {
        if (known is null || remote is null || IsAncestor(known, remote))
        {
            return false;
        }

        return (repository.Refs[RemoteRefs.Accepted] as DirectReference)?.Target is Commit accepted && IsAncestor(accepted, remote)
            ? true
            : throw RemoteFault.Rewritten(address, options.Repository.Path, options.Repository.Branch, (known.Sha, remote.Sha));
    }

    /// <summary>A remote that is new, or that begins its history anew, has deleted nothing.</summary>
    private void TakeTags(RemoteRefs there, bool trustsDeletions, CancellationToken ct)
    {
        if (trustsDeletions)
        {
            _tags.TakeDeletions(there);
        }

        var tags = there.TagsLackingIn(repository).Except(_tags.DeletedHere(there), StringComparer.Ordinal).ToList();
        if (tags.Count > 0)
        {
            transfer.Fetch([.. tags.Select(tag => $"{tag}:{tag}")], ct);
        }
    }

    /// <summary>Brings the local branch to a commit that has the remote's tip in its history; true when commits were put anew.</summary>
    private bool Integrate(Commit remote, Commit? known, bool rewritten, CancellationToken ct)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var local = _branch.Tip();
            if (!rewritten && local is not null && IsAncestor(remote, local))
            {
                _tracked.Set(remote);
                return false;
            }

            var behind = local is null || IsAncestor(local, remote);
            var next = local is null || behind ? remote : _replay.Onto(remote, local, known);
            if (_branch.Move(local, next))
            {
                // Killed before this, the next call finds the tip of the remote in the history already.
                _tracked.Set(remote);
                repository.Refs.Remove(RemoteRefs.Accepted);
                return !behind;
            }
        }
    }

    private (int Pushed, bool Complete) Push(RemoteRefs there, Commit? remote, Func<bool> mayPush, CancellationToken ct)
    {
        var tip = _branch.Tip();
        var tags = there.TagsOnlyIn(repository, options.Clusters);
        var deleted = _tags.DeletedHere(there);
        var wanted = tags.Select(tag => $"{tag}:{tag}").Concat(deleted.Select(tag => ":" + tag)).ToList();
        if (tip is not null && tip.Sha != remote?.Sha)
        {
            wanted.Insert(0, transfer.Specification(tip, options.Repository.Branch));
        }

        ct.ThrowIfCancellationRequested();
        if (wanted.Count > 0)
        {
            if (!mayPush())
            {
                return (0, true);
            }

            if (!Send(there, wanted, ct))
            {
                return (0, false);
            }

            if (tip is not null)
            {
                _tracked.Set(tip);
            }
        }

        _tags.Remember(there, tags);
        foreach (var tag in deleted)
        {
            _tags.Forget(tag);
        }

        return there.TagsUnlikeIn(repository, options.Clusters) is { Count: > 0 } unlike
            ? throw RemoteFault.TagTaken(address, unlike)
            : (CommitCount.Between(repository, tip, remote), true);
    }

    /// <summary>False when the branch or a tag there moved since it was looked at.</summary>
    private bool Send(RemoteRefs there, List<string> wanted, CancellationToken ct)
    {
        IReadOnlyDictionary<string, string> declined;
        try
        {
            declined = transfer.Push(wanted, ct);
        }
        catch (NonFastForwardException)
        {
            return false;
        }

        if (declined.Count == 0)
        {
            return true;
        }

        // Only by looking again does one tell a lost race from a refusal: the server's words are for people.
        var now = transfer.List(ct);
        if (declined.Keys.Any(reference => now[reference] != there[reference]))
        {
            return false;
        }

        var (name, reason) = declined.First();
        throw RemoteFault.Declined(address, name, reason);
    }

    private bool IsAncestor(Commit old, Commit young) =>
        old.Sha == young.Sha || repository.ObjectDatabase.FindMergeBase(old, young)?.Sha == old.Sha;
}
