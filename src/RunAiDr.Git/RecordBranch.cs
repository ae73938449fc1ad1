using System.Globalization;
using System.Text;
using LibGit2Sharp;
using RunAiDr.Core;

namespace RunAiDr.Git;

/// <summary>The branch of record. Moves forward only, and only from the tip that the mover saw.</summary>
internal sealed class RecordBranch(Repository repository, string name)
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    private readonly string _reference = "refs/heads/" + name;

    public Commit? Tip() => repository.Refs[_reference] switch
    {
        null => null,
        DirectReference direct => repository.Lookup<Commit>(direct.TargetIdentifier)
            ?? throw Broken($"points to {direct.TargetIdentifier}, which is missing or not a commit"),
        var other => throw Broken($"is a symbolic reference to {other.TargetIdentifier}"),
    };

    /// <summary>Refuses to work where a commit would make somebody's work tree look changed.</summary>
    public void EnsureNotCheckedOut()
    {
        var folder = repository.Info.Path;
        if (File.Exists(Path.Combine(folder, "commondir")))
        {
            throw new RunAiDrException(
                Fault.Repository, $"{folder} belongs to a linked work tree.", "Give the folder of the main repository.");
        }

        var linked = Path.Combine(folder, "worktrees");
        var heads = Directory.Exists(linked) ? Directory.GetDirectories(linked) : [];
        if ((!repository.Info.IsBare && IsHead(folder)) || heads.Any(IsHead))
        {
            throw new RunAiDrException(
                Fault.Repository,
                $"Branch {name} is checked out in a work tree of {folder}: committing to it would make every file there look changed.",
                $"Use a bare repository (git clone --bare), or check out something else there (git switch --detach).");
        }
    }

    /// <summary>Moves the branch from one commit (null: it does not exist) to the next; false when it stands elsewhere.</summary>
    public bool Move(Commit? from, Commit to)
    {
        // libgit2 compares and swaps, but LibGit2Sharp reads the value to compare with just before the swap.
        // So this takes the lock file that git, libgit2 and other writers of ours respect.
        var path = Path.Combine(repository.Info.Path, _reference);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        using var lockFile = TakeLock(path + ".lock");
        var moved = false;
        try
        {
            if (Tip()?.Sha != from?.Sha)
            {
                return false;
            }

            EnsureNameIsFree(from);
            lockFile.Write(Encoding.ASCII.GetBytes(to.Sha + "\n"));
            lockFile.Flush(flushToDisk: true);
            AppendLog(from, to);
            File.Move(lockFile.Name, path, overwrite: true);
            return moved = true;
        }
        finally
        {
            if (!moved)
            {
                File.Delete(lockFile.Name);
            }
        }
    }

    private static FileStream TakeLock(string path)
    {
        FileStream? file = null;
        _ = SpinWait.SpinUntil(() => (file = TryCreate(path)) is not null, LockPatience);
        return file ?? throw new RunAiDrException(
            Fault.Repository,
            $"{path} exists: another process is writing to the branch, or was killed while it did.",
            "Try again; when no git process runs any more, delete that file.");
    }

    private static FileStream? TryCreate(string path)
    {
        try
        {
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (IOException failure) when (GitFault.IsTaken(failure))
        {
            return null;
        }
    }

    private bool IsHead(string folder)
    {
        var head = Path.Combine(folder, "HEAD");
        return File.Exists(head) && File.ReadAllText(head).TrimEnd() == "ref: " + _reference;
    }

    private void EnsureNameIsFree(Commit? from)
    {
        if (from is null && repository.Refs.FromGlob(_reference + "/*").FirstOrDefault() is { } other)
        {
            throw new RunAiDrException(
                Fault.Repository, $"There cannot be a branch {name} beside {other.CanonicalName}.", "Choose another branch of record.");
        }
    }

    // As git does by default: a bare repository has a reflog only where somebody asked for it.
    private void AppendLog(Commit? from, Commit to)
    {
        var path = Path.Combine(repository.Info.Path, "logs", _reference);
        if (repository.Info.IsBare && !File.Exists(path))
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
        var who = to.Committer;
        File.AppendAllText(path, string.Create(
            CultureInfo.InvariantCulture,
            $"{from?.Sha ?? new string('0', 40)} {to.Sha} {who.Name} <{who.Email}> {who.When.ToUnixTimeSeconds()} +0000\tcommit: {to.MessageShort}\n"));
    }

    private RunAiDrException Broken(string how) => new(
        Fault.Repository,
        $"{_reference} in {repository.Info.Path} {how}.",
        "Look at it with git fsck, then restore the branch or name another one.");
}
