using System.Globalization;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Lets one process at a time do one kind of work on a repository, for as long as it lives.</summary>
public sealed class RepositoryLock : IDisposable
{
    /// <summary>The work of keeping the repository in sync with its clusters.</summary>
    public const string Keeping = "runai-dr";

    private const string Checkpoints = "checkpoint-";

    // A former owner may be ending, and programs it was just starting share its files for a moment.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;
    private readonly string _folder;
    private readonly string _ownerFile;
    private readonly TimeProvider _clock;

    private RepositoryLock(FileStream file, string folder, string ownerFile, TimeProvider clock) =>
        (_file, _folder, _ownerFile, _clock) = (file, folder, ownerFile, clock);

    /// <summary>The work of making or deleting checkpoints of one cluster.</summary>
    public static string CheckpointsOf(string cluster) => Checkpoints + cluster;

    /// <summary>Takes the lock. The kernel frees it with the process, however that ends.</summary>
    /// <param name="repository">Folder of the repository.</param>
    /// <param name="work">Which work; different ones do not exclude each other.</param>
    /// <param name="host">Name of this host.</param>
    /// <param name="processId">Id of this process.</param>
    /// <param name="clock">Tells since when.</param>
    /// <exception cref="RunAiDrException">Another process has it; the message says which.</exception>
    public static RepositoryLock Take(string repository, string work, string host, int processId, TimeProvider clock) =>
        GitFault.Explain(repository, () =>
        {
            using var opened = GitLibrary.Open(repository);
            var folder = opened.Info.Path;

            // Beside the lock: .NET opens no file for reading that another process has locked.
            var ownerFile = Path.Combine(folder, work + ".owner");
            var file = Open(Path.Combine(folder, work + ".lock")) ?? throw Held(folder, work, LockOwner.Read(ownerFile));
            var former = LockOwner.Read(ownerFile);

            // Some network file systems lock nothing: there, what the owner wrote about itself decides.
            if (former is not null && former.IsAlive(host) && former.ProcessId != processId)
            {
                file.Dispose();
                throw Held(folder, work, former);
            }

            LockOwner.Of(host, processId, clock).Write(ownerFile);
            return new RepositoryLock(file, folder, ownerFile, clock);
        });

    /// <summary>Removes the lock files of references that a killed process left behind, and gives their paths.</summary>
    public Task<IReadOnlyList<string>> RemoveLeftoversAsync(CancellationToken ct) => LeftoverLocks.RemoveAsync(_folder, _clock, ct);

    public void Dispose()
    {
        File.Delete(_ownerFile);
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

    private static RunAiDrException Held(string folder, string work, LockOwner? owner)
    {
        var (does, remedy) = work.StartsWith(Checkpoints, StringComparison.Ordinal)
            ? ($"makes or deletes a checkpoint of {work[Checkpoints.Length..]} in", "Wait until it has ended.")
            : ("keeps", "End that process first, or give this one a repository of its own.");
        var message = owner is null
            ? $"Another process {does} {folder}."
            : string.Create(CultureInfo.InvariantCulture, $"Process {owner.ProcessId} on {owner.Host} {does} {folder} since {owner.Since:u}.");
        return new RunAiDrException(Fault.NeedsOperator, message, remedy);
    }
}
