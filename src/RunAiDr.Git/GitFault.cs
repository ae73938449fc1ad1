using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>Turns failures of Git and the file system into ones an operator can act on, by type and code.</summary>
internal static class GitFault
{
    private const int Busy = 11;
    private const int Exists = 17;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int QuotaExceeded = 122;
    private const int OsCategory = 2;
    private const long AsGoodAsFull = 64 << 10;

    public static T Explain<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (IsFault(failure))
        {
            throw Of(failure, path);
        }
    }

    /// <summary>False for a bug, and for what is explained already.</summary>
    public static bool IsFault(Exception failure) =>
        failure is LibGit2SharpException or IOException or UnauthorizedAccessException;

    /// <summary>True when a failure in a conversation with a remote is one of this host: the disk.</summary>
    public static bool IsLocal(Exception failure, string path) =>
        IsFull(path) || failure is LockedFileException || Code(failure, "libgit2.category") == OsCategory;

    /// <summary>True when a file could not be made because somebody else has it.</summary>
    public static bool IsTaken(IOException failure) => failure.HResult is Busy or Exists;

    public static RunAiDrException Of(Exception failure, string path) => failure switch
    {
        RepositoryNotFoundException when Directory.Exists(Path.Combine(path, "objects")) || Directory.Exists(Path.Combine(path, ".git")) => Fault(
            failure, $"{path} cannot be opened as a Git repository: it belongs to another user or is damaged.", "Run runai-dr as the owner of that folder, or give the folder to this user (chown -R); else run `git fsck` there."),
        RepositoryNotFoundException => Fault(
            failure, $"{path} is not a Git repository.", "Give the folder of one, or make one there with `runai-dr init`."),
        LockedFileException => Fault(
            failure, $"A lock file in {path} is in the way: {failure.Message}", "Try again; when no git process runs any more, delete that lock file."),
        LibGit2SharpException when IsFull(path) => Full(path, failure),
        NotFoundException => Damaged(failure, path),
        LibGit2SharpException when Code(failure, "libgit2.category") == OsCategory => OfSystem(failure, path),
        LibGit2SharpException => Damaged(failure, path),
        UnauthorizedAccessException => Refused(failure, path),
        _ => OfSystem(failure, path),
    };

    private static RunAiDrException OfSystem(Exception failure, string path) => failure switch
    {
        { HResult: NoSpace or QuotaExceeded } => Full(path, failure),
        { HResult: ReadOnly } => Refused(failure, path),
        _ => Fault(failure, $"{path} cannot be read or written: {failure.Message}", "Check that the folder exists, that this user may write to it, and that its disk has space."),
    };

    /// <summary>Refuses to start what the disk has no room for.</summary>
    public static void EnsureSpace(string path, long bytes)
    {
        if (FreeSpace(path) < bytes + AsGoodAsFull)
        {
            throw Full(path, failure: null);
        }
    }

    private static RunAiDrException Full(string path, Exception? failure) =>
        Fault(failure, $"The disk of {path} is full. Nothing was committed.", "Free some space and try again.");

    private static RunAiDrException Refused(Exception failure, string path) =>
        Fault(failure, $"No permission to write to {path}.", "Give this user read and write access to the folder and everything in it.");

    private static RunAiDrException Damaged(Exception failure, string path) => Fault(
        failure,
        $"The Git repository {path} is damaged or of a kind that is not understood: {failure.Message}",
        "Run `git fsck` there; repair it, or clone it again from a copy.");

    // libgit2 keeps the error number to itself.
    private static bool IsFull(string path) => Directory.Exists(path) && FreeSpace(path) < AsGoodAsFull;

    private static long FreeSpace(string path) => new DriveInfo(Path.GetFullPath(path)).AvailableFreeSpace;

    private static int? Code(Exception failure, string key) => failure.Data[key] as int?;

    private static RunAiDrException Fault(Exception? failure, string message, string remedy) =>
        new(Core.Fault.Repository, message, remedy, failure);
}
