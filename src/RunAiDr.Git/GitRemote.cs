using LibGit2Sharp;
using RunAiDr.Core;
using RunAiDr.Core.Sync;

namespace RunAiDr.Git;

/// <summary>Keeps the branch of record, drift branches and the tags of a repository on disk and of its remote the same.</summary>
public sealed class GitRemote : IStateRemote, IDisposable
{
    private const int Attempts = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Repository _repository;
    private readonly RemoteAddress _address;
    private readonly GitRemoteOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<double> _chance;
    private readonly SemaphoreSlim _gate = new(1);

    private GitRemote(GitRemoteOptions options, TimeProvider clock, Func<double>? chance)
    {
        _address = RemoteAddress.Parse(options.Url);
        _repository = GitLibrary.Open(options.Repository.Path);
        _options = options with { Repository = options.Repository with { Path = _repository.Info.Path } };
        _clock = clock;
        _chance = chance ?? new Random().NextDouble;
    }

    /// <summary>Why a text cannot be the URL of a remote, without showing it; null when it can.</summary>
    public static string? RefusalOf(string url)
    {
        try
        {
            _ = RemoteAddress.Parse(url);
            return null;
        }
        catch (RunAiDrException refusal)
        {
            return refusal.Message;
        }
    }

    /// <summary>Opens the repository a second time: the store's handle is in use by others. Does not connect.</summary>
    /// <param name="options">The repository and its remote.</param>
    /// <param name="clock">Measures silence and pauses.</param>
    /// <param name="chance">Numbers from 0 to 1 that spread the attempts of several writers; null takes random ones.</param>
    /// <exception cref="RunAiDrException">The options cannot be, or there is no such repository.</exception>
    public static GitRemote Open(GitRemoteOptions options, TimeProvider clock, Func<double>? chance = null)
    {
        GitStateStore.Check(options.Repository);
        foreach (var cluster in options.Clusters)
        {
            GitStateStore.CheckCluster(cluster);
        }

        return GitFault.Explain(options.Repository.Path, () => new GitRemote(options, clock, chance));
    }

    /// <summary>
    /// Makes a bare repository in a new or empty folder and takes branch of record and tags from the remote, which may
    /// have neither yet.
    /// </summary>
    /// <exception cref="RunAiDrException">The folder holds something, or the remote failed; then there is no repository.</exception>
    public static async Task CloneBareAsync(GitRemoteOptions options, TimeProvider clock, CancellationToken ct)
    {
        GitStateStore.Check(options.Repository);
        _ = RemoteAddress.Parse(options.Url);
        _ = GitFault.Explain(options.Repository.Path, () =>
        {
            GitStateStore.CreateBare(options.Repository);
            return options;
        });
        var complete = false;
        try
        {
            using var remote = Open(options, clock);
            await remote.SynchronizeAsync(() => false, ct);
            complete = true;
        }
        finally
        {
            if (!complete)
            {
                // The folder itself may be the mount point of a volume.
                foreach (var entry in new DirectoryInfo(options.Repository.Path).GetDirectories())
                {
                    entry.Delete(recursive: true);
                }

                Array.ForEach(Directory.GetFiles(options.Repository.Path), File.Delete);
            }
        }
    }

    public async Task<RemoteOutcome> SynchronizeAsync(Func<bool> mayPush, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var sum = new RemoteOutcome(0, 0, false);
            foreach (var branch in Branches())
            {
                var done = await SynchronizeAsync(branch, mayPush, ct);
                sum = new RemoteOutcome(sum.Fetched + done.Fetched, sum.Pushed + done.Pushed, sum.Replayed || done.Replayed);
            }

            return sum;
        }
        finally
        {
            _gate.Release();
        }
    }

    // Asked at any time by others, while a synchronization uses the handle of this object.
    public int Ahead() => GitFault.Explain(_options.Repository.Path, () =>
    {
        using var repository = GitLibrary.Open(_options.Repository.Path);
        return Branches().Select(options => options.Repository.Branch)
            .Sum(branch => CommitCount.Between(repository, new RecordBranch(repository, branch).Tip(), new TrackedTip(repository, branch).Commit));
    });

    public void Dispose()
    {
        _repository.Dispose();
        _gate.Dispose();
    }

    private async Task<RemoteOutcome> SynchronizeAsync(GitRemoteOptions options, Func<bool> mayPush, CancellationToken ct)
    {
        var sum = new RemoteOutcome(0, 0, false);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var (done, complete) = await OnThread(() => Round(options).Run(mayPush, ct));
            sum = new RemoteOutcome(sum.Fetched + done.Fetched, sum.Pushed + done.Pushed, sum.Replayed || done.Replayed);
            if (complete)
            {
                return sum;
            }

            await Task.Delay(Pause(attempt), _clock, ct);
        }

        throw RemoteFault.Busy(_address, Attempts);
    }

    /// <summary>The branch of record, then those with what was observed of one cluster each.</summary>
    private IEnumerable<GitRemoteOptions> Branches() => (_options.Reviews ? _options.Clusters : [])
        .Select(cluster => _options with
        {
            Repository = _options.Repository with { Branch = DriftBranch.NameOf(cluster) },
            Clusters = [cluster],
        })
        .Prepend(_options);

    private SyncRound Round(GitRemoteOptions options) => new(_repository, new RemoteTransfer(_repository, _address, options, _clock), _address, options, _clock);

    // libgit2 blocks its thread for the length of a transfer.
    private Task<T> OnThread<T>(Func<T> work) => Task.Factory.StartNew(
        () => GitFault.Explain(_options.Repository.Path, work),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private TimeSpan Pause(int attempt)
    {
        var longest = FirstPause * Math.Pow(2, attempt);
        return (longest < LongestPause ? longest : LongestPause) * (0.5 + _chance());
    }
}
