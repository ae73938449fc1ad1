using LibGit2Sharp;
using RunAiDr.Core.State;

namespace RunAiDr.Git;

/// <summary>Commits edits of single files in the folder of one cluster, onto whatever else the branch has got meanwhile.</summary>
internal sealed class Amendment(Repository repository, RecordBranch branch, CommitAuthor author)
{
    public StateAmendment? Commit(string cluster, string treeId, IReadOnlyList<StateEdit> edits, CommitText text)
    {
        while (true)
        {
            var tip = branch.Tip();
            if (tip is null || ClusterFolder.Find(tip, cluster) is not { } folder || folder.Sha != treeId)
            {
                return null;
            }

            using var objects = new NewObjects(repository);
            if (TreeEdits.Apply(folder, edits.Select(edit => EntryOf(edit, objects)), objects) is not { } edited
                || ClusterFolder.Replace(tip.Tree, cluster, edited, objects) is not { } root)
            {
                throw new InvalidOperationException("The edits of a state tree leave no file in it.");
            }

            objects.Store();
            var commit = author.NewCommit(MessageFormat.Of(text), repository.Lookup<Tree>(root.Id), tip);
            if (branch.Move(tip, commit))
            {
                return new StateAmendment(new CommitId(commit.Sha), edited.Id);
            }
        }
    }

    private static KeyValuePair<string[], FolderEntry?> EntryOf(StateEdit edit, NewObjects objects) => new(
        edit.Path.Split('/'),
        edit.Content is { } content
            ? new FolderEntry(Mode.NonExecutableFile, objects.Add(GitObjectKind.Blob, content.Span))
            : null);
}
