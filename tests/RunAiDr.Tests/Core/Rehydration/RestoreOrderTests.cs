using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Resources;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Rehydration;

public sealed class RestoreOrderTests
{
    [Fact]
    public void The_sample_installation_has_this_order()
    {
        var restorePoint = RestorePointReader.Read(SampleRestorePoint.Tree());

        var lines = RestoreOrder.Arrange(restorePoint.Restored)
            .SelectMany(wave => wave.Resources.Select(r => Visible.Text($"{wave.Phase} {wave.Depth} {r.Resource.Key}")));

        Verified.Text(string.Join('\n', lines) + "\n");
    }

    [Fact]
    public void The_order_does_not_depend_on_the_order_of_reading()
    {
        var resources = RestorePointReader.Read(SampleRestorePoint.Tree()).Resources;

        Assert.Equal<IEnumerable<ResourceKey>>(Names(resources), Names([.. resources.Reverse()]));
    }

    [Fact]
    public void An_owner_of_a_later_phase_takes_its_dependants_along()
    {
        var owner = Given.Binding("a", "owner", "view");
        var middle = Given.OwnedBy(Given.ConfigMap("a", "middle", "1"), owner);
        var last = Given.OwnedBy(Given.ConfigMap("a", "last", "1"), middle);

        var waves = RestoreOrder.Arrange([File(last), File(middle), File(owner)]);

        Assert.Equal("owner middle last", string.Join(' ', waves.Select(wave => Assert.Single(wave.Resources).Resource.Name)));
        Assert.All(waves, wave => Assert.Equal(RestorePhase.Bindings, wave.Phase));
    }

    [Fact]
    public void A_circle_of_owners_does_not_hang()
    {
        var a = Given.ConfigMap("n", "a", "1");
        var b = Given.OwnedBy(Given.ConfigMap("n", "b", "1"), a);
        Given.OwnedBy(a, b);

        Assert.Equal(2, RestoreOrder.Arrange([File(a), File(b)]).Sum(wave => wave.Resources.Count));
    }

    private static RestorableResource File(Resource resource) => new("x", resource);

    private static IEnumerable<ResourceKey> Names(IReadOnlyCollection<RestorableResource> resources) =>
        RestoreOrder.Arrange(resources).SelectMany(wave => wave.Resources).Select(r => r.Resource.Key);
}
