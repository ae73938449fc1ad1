using RunAiDr.Core.Resources;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>The dangers of one resource that commits brought, and those that they took away.</summary>
public sealed record DangerChange(string Path, IReadOnlyList<string> Added, IReadOnlyList<string> Gone)
{
    /// <summary>What changed between two states, among the files named; nothing for nearly every commit.</summary>
    public static IEnumerable<DangerChange> Between(IStateTree before, IStateTree after, IEnumerable<StateChange> changes) =>
        from change in changes
        where StatePath.TryParse(change.Path, out _)
        let saved = DangersIn(before, change.Path)
        let live = DangersIn(after, change.Path)
        let found = new DangerChange(change.Path, Texts(live.Except(saved)), Texts(saved.Except(live)))
        where found.Added.Count + found.Gone.Count > 0
        select found;

    private static IReadOnlyList<Danger> DangersIn(IStateTree tree, string path) =>
        StateDifference.Parse(path, tree.Read(path)) is { } body ? Danger.In(body) : [];

    private static IReadOnlyList<string> Texts(IEnumerable<Danger> dangers) => [.. dangers.Select(danger => danger.Text)];
}
