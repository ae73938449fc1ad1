using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Lets one process at a time keep a repository, for as long as it lives.</summary>
public sealed class RepositoryLock : IDisposable
{
    private const string LockFile = "runai-dr.lock";

    // Beside the lock: .NET opens no file for reading that another process has locked.
    private const string OwnerFile = "runai-dr.owner";

    // A former owner may be ending, and programs it was just starting share its files for a moment.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;
    private readonly string _folder;
    private readonly TimeProvider _clock;

    private RepositoryLock(FileStream file, string folder, TimeProvider clock) => (_file, _folder, _clock) = (file, folder, clock);

    /// <summary>Takes the lock. The kernel frees it with the process, however that ends.</summary>
    /// <param name="repository">Folder of the repository.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="processId">Id of this process.</param>
    /// <param name="clock">Tells since when.</param>
    /// <exception cref="RunAiDrException">Another process has it; the message says which.</exception>
    public static RepositoryLock Take(string repository, string host, int processId, TimeProvider clock) =>
        GitFault.Explain(repository, () =>
        {
            using var opened = GitLibrary.Open(repository);
            var folder = opened.Info.Path;
            var file = Open(Path.Combine(folder, LockFile)) ?? throw Held(folder, LockOwner.Read(Path.Combine(folder, OwnerFile)));
            var former = LockOwner.Read(Path.Combine(folder, OwnerFile));

            // Some network file systems lock nothing: there, what the owner wrote about itself decides.
            if (former is not null && former.IsAlive(host) && former.ProcessId != processId)
            {
                file.Dispose();
                throw Held(folder, former);
            }

            LockOwner.Of(host, processId, clock).Write(Path.Combine(folder, OwnerFile));
            return new RepositoryLock(file, folder, clock);
        });

    /// <summary>Removes the lock files of references that a killed process left behind, and gives their paths.</summary>
    public Task<IReadOnlyList<string>> RemoveLeftoversAsync(CancellationToken ct) => LeftoverLocks.RemoveAsync(_folder, _clock, ct);

    public void Dispose()
    {
        File.Delete(Path.Combine(_folder, OwnerFile));
        _file.Dispose();
    }

    private static FileStream? Open(string path)
    {
        FileStream? file = null;
        _ = SpinWait.SpinUntil(() => (file = TryOpen(path)) is not null, Patience);
        return file;
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (GitFault.IsTaken(failure))
        {
            return null;
        }
    }

    private static RunAiDrException Held(string folder, LockOwner? owner) => new(
        Fault.NeedsOperator,
        owner is null
            ? $"Another process keeps {folder}."
            : string.Create(CultureInfo.InvariantCulture, $"Process {owner.ProcessId} on {owner.Host} keeps {folder} since {owner.Since:u}."),
        "End that process first, or give this one a repository of its own.");
}
