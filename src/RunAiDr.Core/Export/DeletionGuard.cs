using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Export;

/// <summary>
/// Stops an export that would delete a large part of the state tree: more often a cluster that answers wrongly than one
/// that was emptied on purpose. <paramref name="Share"/> is between 0 and 1; up to <paramref name="Count"/> deletions
/// always pass.
/// </summary>
public sealed record DeletionGuard(double Share = 0.3, int Count = 10)
{
    private const int Named = 10;

    /// <param name="deletions">From <see cref="IStateWriter.Deletions"/>.</param>
    /// <param name="changes">From <see cref="IStateWriter.Changes"/>, to name what vanishes.</param>
    /// <param name="confirmed">The operator has agreed to any number of deletions.</param>
    /// <exception cref="RunAiDrException">Too much would be deleted.</exception>
    public void Check((int Deleted, int Before) deletions, IReadOnlyList<StateChange> changes, bool confirmed)
    {
        var (deleted, before) = deletions;
        if (confirmed || deleted <= Count || deleted < Share * before)
        {
            return;
        }

        var paths = changes
            .Where(change => change.Kind == StateChangeKind.Deleted && SealedFiles.DocumentOf(change.Path) is null)
            .Select(change => change.Path).ToList();
        var named = string.Join('\n', paths.Take(Named).Select(path => "  " + path));
        var rest = paths.Count > Named ? $"\n  and {paths.Count - Named} more" : "";
        throw new RunAiDrException(
            Fault.NeedsOperator,
            $"This export would delete {deleted} of {before} files, so nothing was committed:\n{named}{rest}",
            "Check the cluster. If the deletions are meant, export again with --allow-deletions.");
    }
}
