using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Tests.Sandbox.Apply;

public sealed class PatchTests
{
    [Theory]
    [InlineData("""[{"op":"add","path":"/a","value":2}]""", """{"a":2,"l":[1,2]}""")]
    [InlineData("""[{"op":"add","path":"/l/-","value":3}]""", """{"a":1,"l":[1,2,3]}""")]
    [InlineData("""[{"op":"add","path":"/l/0","value":0}]""", """{"a":1,"l":[0,1,2]}""")]
    [InlineData("""[{"op":"remove","path":"/l/0"}]""", """{"a":1,"l":[2]}""")]
    [InlineData("""[{"op":"replace","path":"/l/1","value":9}]""", """{"a":1,"l":[1,9]}""")]
    [InlineData("""[{"op":"move","from":"/a","path":"/b"}]""", """{"l":[1,2],"b":1}""")]
    [InlineData("""[{"op":"copy","from":"/l","path":"/c~1d"}]""", """{"a":1,"l":[1,2],"c/d":[1,2]}""")]
    [InlineData("""[{"op":"test","path":"/a","value":1.0}]""", """{"a":1,"l":[1,2]}""")]
    public void Operations_do_what_rfc_6902_says(string patch, string expected)
    {
        var (body, refused) = JsonPatch.Patch(Json("""{"a":1,"l":[1,2]}"""), JsonNode.Parse(patch));

        Assert.Null(refused);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), body), body?.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/l/3","value":3}]""")]
    [InlineData("""[{"op":"remove","path":"/l/-"}]""")]
    [InlineData("""[{"op":"replace","path":"/l/01","value":3}]""")]
    [InlineData("""[{"op":"move","from":"/l","path":"/l/0"}]""")]
    [InlineData("""[{"op":"remove","path":""}]""")]
    [InlineData("""["x"]""")]
    public void A_failing_operation_refuses_the_patch(string patch) =>
        Assert.Equal(422, JsonPatch.Patch(Json("""{"a":1,"l":[1,2]}"""), JsonNode.Parse(patch)).Refused!.Code);

    [Theory]
    [InlineData("""{"env":[{"name":"B","value":"2"}]}""", """{"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}""", """[{"name":"A"},{"name":"B"}]""")]
    [InlineData("""{"env":[{"name":"A","$patch":"delete"}]}""", """{"env":[]}""", null)]
    [InlineData("""{"env":[{"name":"C","value":"3"},{"$patch":"replace"}]}""", """{"env":[{"name":"C","value":"3"}]}""", null)]
    [InlineData("""{"env":[{"name":"A","value":"5"}]}""", """{"env":[{"name":"A","value":"5"}]}""", null)]
    [InlineData("""{"env":null}""", """{}""", null)]
    public void Lists_with_a_merge_key_merge_by_it(string patch, string expected, string? order)
    {
        var change = Json(patch);
        if (order is not null)
        {
            change["$setElementOrder/env"] = JsonNode.Parse(order);
        }

        var patched = Container("""{"name":"c","env":[{"name":"A","value":"1"}]}""", change);

        var wanted = Json(expected);
        wanted.Insert(0, "name", "c");
        Assert.True(JsonNode.DeepEquals(wanted, patched), patched.ToJsonString());
    }

    [Fact]
    public void Elements_are_taken_out_of_a_set()
    {
        var patched = StrategicPatch.Patch(
            BuiltInTypes.Of("v1", "ConfigMap"),
            Json("""{"metadata":{"finalizers":["x","y"]}}"""),
            Json("""{"metadata":{"$deleteFromPrimitiveList/finalizers":["x"],"finalizers":["z"]}}"""));

        var left = ((JsonArray)patched["metadata"]!["finalizers"]!).Select(item => item!.ToString()).Order(StringComparer.Ordinal);
        Assert.Equal("y,z", string.Join(',', left));
    }

    [Fact]
    public void Retained_keys_drop_the_others()
    {
        var patched = StrategicPatch.Patch(
            BuiltInTypes.Of("apps/v1", "Deployment"),
            Json("""{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}"""),
            Json("""{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"""));

        Assert.True(JsonNode.DeepEquals(Json("""{"type":"Recreate"}"""), patched["spec"]!["strategy"]));
    }

    private static JsonObject Container(string live, JsonObject change)
    {
        change["name"] = "c";
        var (body, patch) = (Deployment(Json(live)), Deployment(change));
        var patched = StrategicPatch.Patch(BuiltInTypes.Of("apps/v1", "Deployment"), body, patch);
        return (JsonObject)patched["spec"]!["template"]!["spec"]!["containers"]![0]!;
    }

    private static JsonObject Deployment(JsonObject container) => new()
    {
        ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(container) } } },
    };

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
