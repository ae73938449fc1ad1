using LibGit2Sharp;

namespace RunAiDr.Git;

/// <summary>The three things said to a remote: which references, give these, take these.</summary>
internal sealed class RemoteTransfer(Repository repository, RemoteAddress address, GitRemoteOptions options, TimeProvider clock)
{
    // Not origin: what git fetches there goes to refs/remotes/origin, which here moves only to a tip that was checked.
    private const string Name = "runai-dr";
    private const string Incoming = "refs/runai-dr/remote/";
    private const string Outgoing = "refs/runai-dr/outgoing";

    public RemoteRefs List(CancellationToken ct) => Run(
        () =>
        {
            RemoteSession.Current.ListsOnly();
            try
            {
                // Not by the repository: libgit2 1.5 loses memory for each line of a configuration in which it looks for insteadOf.
                return new RemoteRefs(Repository.ListRemoteReferences(address.Uri.AbsoluteUri)
                    .OfType<DirectReference>()
                    .ToDictionary(reference => reference.CanonicalName, reference => reference.TargetIdentifier, StringComparer.Ordinal));
            }
            catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
            {
                // The same reference twice, or a symbolic one to nowhere.
                throw RemoteFault.Protocol(address, "its list of references contradicts itself");
            }
        },
        ct);

    /// <summary>Takes a branch and gives its tip; null when the remote no longer has it.</summary>
    public Commit? FetchBranch(string branch, CancellationToken ct)
    {
        Fetch([$"+refs/heads/{branch}:{Incoming}{branch}"], ct);
        return (repository.Refs[Incoming + branch] as DirectReference)?.Target as Commit;
    }

    public void Fetch(IReadOnlyList<string> specifications, CancellationToken ct) => Run(
        () =>
        {
            RemoteSession.Current.StoresAnswer = true;
            Commands.Fetch(
                repository,
                Remote().Name,
                specifications,
                new FetchOptions { TagFetchMode = TagFetchMode.None, OnTransferProgress = _ => !ct.IsCancellationRequested },
                logMessage: null);
            return specifications.Count;
        },
        ct);

    /// <summary>What <see cref="Push"/> takes to put a commit on a branch.</summary>
    public string Specification(Commit commit, string branch)
    {
        // libgit2 pushes references only, and our branch may move on any time.
        repository.Refs.Add(Outgoing, commit.Id, allowOverwrite: true);
        return $"{Outgoing}:refs/heads/{branch}";
    }

    /// <summary>Pushes without force and gives the references that the remote declined, with its words.</summary>
    /// <exception cref="NonFastForwardException">The remote has commits that are not here.</exception>
    public IReadOnlyDictionary<string, string> Push(IReadOnlyList<string> specifications, CancellationToken ct) => Run(
        () =>
        {
            var declined = new Dictionary<string, string>(StringComparer.Ordinal);
            repository.Network.Push(Remote(), specifications, new PushOptions
            {
                OnPushStatusError = status => declined[status.Reference] = RemoteSession.Current.Hide(status.Message),
                OnPackBuilderProgress = (_, _, _) => !ct.IsCancellationRequested,
            });
            return declined;
        },
        ct);

    private T Run<T>(Func<T> converse, CancellationToken ct) => RemoteSession.Run(address, options, clock, converse, ct);

    // libgit2 1.5 talks at length only to a remote that has a name.
    private Remote Remote()
    {
        var url = address.Uri.AbsoluteUri;
        if (repository.Network.Remotes[Name] is not { } remote)
        {
            return repository.Network.Remotes.Add(Name, url, $"+refs/heads/*:{Incoming}*");
        }

        if (remote.Url != url)
        {
            repository.Network.Remotes.Update(Name, update => update.Url = url);
        }

        return repository.Network.Remotes[Name];
    }
}
