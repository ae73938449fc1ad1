namespace RunAiDr.Core.Sync;

/// <summary>The copy of the DR repository that other people and other clusters see.</summary>
public interface IStateRemote
{
    /// <summary>
    /// Brings both sides together: takes what the remote has, puts our commits that it lacks onto its tip (the folders
    /// of our clusters as we have them, everything else as it is there), and pushes branch of record and tags. Never
    /// forced, never losing a commit: after a failure the commits are still here and the next call goes on.
    /// </summary>
    /// <param name="mayPush">Asked just before each push: false ends the call without one, for a writer that was deposed.</param>
    /// <param name="ct">Ends the call between two steps.</param>
    /// <exception cref="RunAiDrException">
    /// The remote cannot be reached, refuses the credentials or the branch, is gone, or its history was rewritten.
    /// </exception>
    Task<RemoteOutcome> SynchronizeAsync(Func<bool> mayPush, CancellationToken ct);

    /// <summary>Commits of the branch of record that the remote is not known to have.</summary>
    int Ahead();
}

/// <summary>
/// What one synchronization did: commits taken from the remote, commits it did not have before, and whether our commits
/// had to be put onto a newer tip.
/// </summary>
public sealed record RemoteOutcome(int Fetched, int Pushed, bool Replayed);
