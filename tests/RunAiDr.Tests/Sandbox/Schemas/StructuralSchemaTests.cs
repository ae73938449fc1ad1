using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Apply;
using RunAiDr.Sandbox.Schemas;

namespace RunAiDr.Tests.Sandbox.Schemas;

public sealed class StructuralSchemaTests
{
    [Fact]
    public void Every_crd_of_a_real_installation_is_understood()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "TestData", "runai-cluster", "live", "customresourcedefinitions.json");
        var crds = (JsonArray)JsonNode.Parse(File.ReadAllText(path))!["items"]!;

        foreach (var crd in crds.Select(crd => (JsonObject)crd!))
        {
            var names = crd["spec"]!["names"]!;
            var kind = new RunAiDr.Core.Resources.ResourceKind("g", "v1", (string)names["kind"]!, (string)names["plural"]!, Namespaced: true);
            foreach (var version in (JsonArray)crd["spec"]!["versions"]!)
            {
                var rules = KindRules.Custom(kind, (JsonObject)version!);
                var body = rules.Empty();
                body["spec"] = new JsonObject();

                Assert.Empty(TypedObject.FieldsOf(rules.Type, rules.Empty()).Except(FieldSet.FromJson(new JsonObject { ["f:apiVersion"] = new JsonObject(), ["f:kind"] = new JsonObject(), ["f:metadata"] = new JsonObject() })).Paths);
                StructuralSchema.Prune(rules.Structural ?? [], body);
                StructuralSchema.Default(rules.Structural ?? [], body);
            }
        }

        Assert.NotEmpty(crds);
    }

    [Theory]
    [InlineData("""{"a":"x\ud800y"}""", "x\ufffdy")]
    [InlineData("""{"a":"\ud83d\ude80"}""", "\U0001F680")]
    [InlineData("""{"a":"\\ud800"}""", "\\ud800")]
    public void Lone_surrogates_are_replaced(string json, string text) =>
        Assert.Equal(text, (string?)LooseJson.Parse(Encoding.UTF8.GetBytes(json))!["a"]);
}
