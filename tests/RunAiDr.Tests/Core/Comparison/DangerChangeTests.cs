using RunAiDr.Core.Comparison;
using RunAiDr.Core.Resources;
using RunAiDr.Core.State;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Comparison;

public class DangerChangeTests
{
    private static readonly Resource Harmless = Given.Binding("team", "b", "view", "ada");
    private static readonly Resource Dangerous = Given.Binding("team", "b", "cluster-admin", "ada");

    [Fact]
    public void A_change_that_brings_a_danger_is_told_with_its_file()
    {
        var found = Between(new MemoryStateTree().Put(Harmless), new MemoryStateTree().Put(Dangerous), StateChangeKind.Changed).Single();

        Assert.Equal(StatePath.For(Dangerous.Key), found.Path);
        Assert.Equal(["binds to cluster-admin"], found.Added);
        Assert.Empty(found.Gone);
    }

    [Fact]
    public void A_deletion_takes_the_danger_away() => Assert.Equal(
        ["binds to cluster-admin"],
        Between(new MemoryStateTree().Put(Dangerous), new MemoryStateTree(), StateChangeKind.Deleted).Single().Gone);

    [Fact]
    public void A_danger_that_stays_is_no_change() =>
        Assert.Empty(Between(new MemoryStateTree().Put(Dangerous), new MemoryStateTree().Put(Dangerous), StateChangeKind.Changed));

    private static List<DangerChange> Between(MemoryStateTree before, MemoryStateTree after, StateChangeKind kind) =>
        [.. DangerChange.Between(before, after, [new StateChange(kind, StatePath.For(Dangerous.Key))])];
}
