using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using RunAiDr.Sandbox.Apply;

namespace RunAiDr.Tests.Sandbox.Apply;

public sealed class ApplyPropertyTests
{
    private static readonly KindRules StatefulSets =
        KindRules.BuiltIn(new("apps", "v1", "StatefulSet", "statefulsets", Namespaced: true));

    [Property(Arbitrary = [typeof(Configs)])]
    public void Applying_twice_changes_nothing(Config config, Config other)
    {
        var live = Apply(null, "other", other.Body);
        var once = Apply(live, "mine", config.Body);

        var twice = Writes.Apply(Request("mine", "2026-01-03T00:00:00Z"), once, config.Body);

        Assert.False(twice.Changed);
        Assert.True(JsonNode.DeepEquals(once, twice.Body));
    }

    [Property(Arbitrary = [typeof(Configs)])]
    public void Giving_up_ones_own_fields_returns_to_before(Config config, Config other)
    {
        var live = Apply(null, "other", other.Body);
        var shared = Merge(other.Body, config.Body);
        if (!JsonNode.DeepEquals(Merge(shared, other.Body), shared))
        {
            return; // a value of the other manager would change, which nothing can give back
        }

        var with = Apply(live, "mine", config.Body);
        var without = Apply(with, "mine", Configs.Make([], [], [], null));

        Assert.True(JsonNode.DeepEquals(Content(live), Content(without)), $"{Content(live)}\n{Content(without)}");
    }

    [Property(Arbitrary = [typeof(Configs)])]
    public void A_forced_apply_states_what_is_stored(Config config, Config other)
    {
        var stored = Apply(Apply(null, "other", other.Body), "mine", config.Body);

        var again = ServerSideApply.Apply(StatefulSets, stored, config.Body, new FieldOwner("third", true, "apps/v1", ""), force: false, "2026-01-04T00:00:00Z");

        Assert.Null(again.Refused);
        Assert.False(again.Changed);
    }

    private static JsonObject Apply(JsonObject? live, string manager, JsonObject config)
    {
        var outcome = Writes.Apply(Request(manager, "2026-01-02T00:00:00Z"), live, config);
        Assert.True(outcome.Refused is null, outcome.Refused?.Message);
        return outcome.Body!;
    }

    private static WriteRequest Request(string manager, string time) =>
        new(StatefulSets, "ns", "st", manager, time, "uid") { Force = true };

    private static JsonObject Merge(JsonObject one, JsonObject two) => TypedObject.Merge(StatefulSets.Type, one, two);

    private static JsonObject Content(JsonObject body)
    {
        var copy = (JsonObject)body.DeepClone();
        var metadata = (JsonObject)copy["metadata"]!;
        metadata.Remove("managedFields");
        metadata.Remove("generation");
        return copy;
    }
}

public sealed record Config(JsonObject Body)
{
    public override string ToString() => Body.ToJsonString();
}

/// <summary>Partial StatefulSets over a few labels, finalizers and containers, so that managers meet.</summary>
public static class Configs
{
    public static Arbitrary<Config> Arbitrary() => (
        from labels in Gen.SubListOf("a", "b", "c")
        from value in Gen.Elements("1", "2")
        from finalizers in Gen.SubListOf("example.com/x", "example.com/y")
        from variables in Gen.SubListOf("E", "F", "G")
        from replicas in Gen.Elements(new int?[] { null, 1, 2 })
        select new Config(Make([.. labels.Select(label => (label, value))], [.. finalizers], [.. variables.Select(name => (name, value))], replicas))).ToArbitrary();

    public static JsonObject Make((string Key, string Value)[] labels, string[] finalizers, (string Name, string Value)[] variables, int? replicas)
    {
        var metadata = new JsonObject { ["name"] = "st" };
        if (labels.Length > 0)
        {
            metadata["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        }

        if (finalizers.Length > 0)
        {
            metadata["finalizers"] = new JsonArray([.. finalizers.Select(finalizer => (JsonNode)finalizer)]);
        }

        var container = new JsonObject { ["name"] = "c", ["image"] = "i:1" };
        if (variables.Length > 0)
        {
            container["env"] = new JsonArray([.. variables.Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Name, ["value"] = variable.Value })]);
        }

        var template = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(container) } };
        var spec = new JsonObject { ["selector"] = new JsonObject(), ["template"] = template };
        if (replicas is not null)
        {
            spec["replicas"] = replicas;
        }

        return new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "StatefulSet", ["metadata"] = metadata, ["spec"] = spec };
    }
}
