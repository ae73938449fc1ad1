using System.Globalization;
using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.State;

namespace RunAiDr.Git.History;

/// <summary>
/// Asks <c>git log</c> for the commits that changed the folder of a cluster: it opens only trees that differ, and does in
/// seconds what takes minutes with the trees of LibGit2Sharp.
/// </summary>
internal sealed class HistoryWalk(string folder, string cluster)
{
    // More than an export ever makes: a small tree may hold itself many times over.
    private const int MostChanges = 500_000;

    private readonly string _path = $"{ClusterFolder.Parent}/{cluster}/";

    /// <summary>From a commit back along first parents, the newest first.</summary>
    /// <exception cref="RunAiDrException">A commit or tree is missing or damaged.</exception>
    public IEnumerable<HistoryStep> Back(string commit, CancellationToken ct)
    {
        using var output = new GitCommand(folder).Open(
        [
            "--no-replace-objects", "--literal-pathspecs", "log", "-z", "--first-parent", "--diff-merges=first-parent",
            "--root", "--no-renames", "--no-follow", "--no-ext-diff", "--no-show-signature", "--no-notes", "--no-color",
            "--name-status", $"--relative={_path}", "--format=tformat:%H %ct", commit, "--", _path,
        ], ct);
        HistoryStep? step = null;
        using var texts = output.Texts().GetEnumerator();
        var changes = new List<StateChange>();
        while (texts.MoveNext())
        {
            // What stands between a commit and its files.
            var text = texts.Current.TrimStart('\n');
            if (text.Length > 1)
            {
                if (step is not null)
                {
                    yield return step with { Changes = Sorted(changes) };
                }

                (step, changes) = (Head(text), []);
            }
            else if (texts.MoveNext() && changes.Count < MostChanges)
            {
                changes.Add(new StateChange(KindOf(text), texts.Current));
            }
            else
            {
                throw Unreadable(step);
            }
        }

        output.Finish();
        if (step is not null)
        {
            yield return step with { Changes = Sorted(changes) };
        }
    }

    private static List<StateChange> Sorted(List<StateChange> changes)
    {
        changes.Sort((x, y) => string.CompareOrdinal(x.Path, y.Path));
        return changes;
    }

    private HistoryStep Head(string text) =>
        text.Split(' ') is [var id, var time] && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
            ? new HistoryStep(id, at, [])
            : throw Unreadable(null);

    private static StateChangeKind KindOf(string letter) => letter switch
    {
        "A" => StateChangeKind.Added,
        "D" => StateChangeKind.Deleted,
        _ => StateChangeKind.Changed,
    };

    private RunAiDrException Unreadable(HistoryStep? step) => new(
        Fault.Repository,
        $"The history of {_path} in {folder} cannot be read{(step is null ? "" : $" at commit {step.Commit}, which changes more than {MostChanges} files or is damaged")}.",
        "Run `git fsck` there; repair it, or clone it again from a copy.");
}
