using RunAiDr.Core.Secrets.Sealing;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>The dangers of one resource that commits brought, and those that they took away.</summary>
public sealed record DangerChange(string Path, IReadOnlyList<string> Added, IReadOnlyList<string> Gone)
{
    /// <summary>What changed between two states, among the files named; nothing for nearly every commit.</summary>
    public static IEnumerable<DangerChange> Between(IStateTree before, IStateTree after, IEnumerable<StateChange> changes) =>
        from change in changes
        where SealedFiles.DocumentOf(change.Path) is null
        let saved = before.Read(change.Path)
        let live = after.Read(change.Path)
        let found = new DangerChange(change.Path, DangersOf(change.Path, saved, live), DangersOf(change.Path, live, saved))
        where found.Added.Count + found.Gone.Count > 0
        select found;

    private static IReadOnlyList<string> DangersOf(string path, byte[]? saved, byte[]? live) => StateDifference.Between(path, saved, live).Dangers;
}
