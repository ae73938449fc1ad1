using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Export;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Core.Yaml;

namespace RunAiDr.Tests.Core.Export;

public class CanonicalFormTests
{
    private static readonly string Cases = Path.Combine(AppContext.BaseDirectory, "TestData", "canonical");

    public static TheoryData<string> CaseNames =>
        [.. Directory.GetDirectories(Cases).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Each_shape_of_resource_has_the_expected_text(string name)
    {
        var cleaned = CanonicalForm.Clean(Input(name)).Body;

        Assert.Equal(File.ReadAllText(Path.Combine(Cases, name, "expected.yaml")), Encoding.UTF8.GetString(YamlWriter.ToBytes(cleaned)));
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void The_expected_text_is_read_back_as_the_cleaned_resource_and_is_clean(string name)
    {
        var input = Input(name);
        var cleaned = CanonicalForm.Clean(input);
        var read = YamlReader.Read(File.ReadAllBytes(Path.Combine(Cases, name, "expected.yaml")), name, Fault.RestorePoint);

        Assert.True(JsonValues.Same(cleaned.Body, read));
        Assert.True(JsonValues.Same(cleaned.Body, CanonicalForm.Clean(cleaned).Body));
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Cleaning_leaves_its_input_alone(string name)
    {
        var input = Input(name);
        var before = input.Body.ToJsonString();

        var cleaned = CanonicalForm.Clean(input);
        cleaned.Body["metadata"]!["name"] = "changed";

        Assert.Equal(before, input.Body.ToJsonString());
    }

    [Theory]
    [InlineData("""{"metadata": {"name": "a", "labels": [], "annotations": "x", "ownerReferences": {"uid": 1}, "finalizers": 3}, "spec": []}""")]
    [InlineData("""{"metadata": {"name": "a", "ownerReferences": [1, null, "x"]}, "spec": null, "subjects": {}, "secrets": [null, 1, {"name": 2}]}""")]
    public void Shapes_that_no_server_sends_pass_through(string json)
    {
        foreach (var plural in new[] { "namespaces", "persistentvolumeclaims", "services", "serviceaccounts" })
        {
            var body = (JsonObject)JsonNode.Parse(json)!;
            var cleaned = CanonicalForm.Clean(new Resource(new ResourceKind("", "v1", "X", plural, Namespaced: true), body));

            Assert.True(JsonValues.Same(JsonNode.Parse(json), cleaned.Body));
        }
    }

    private static Resource Input(string name)
    {
        var body = (JsonObject)JsonNode.Parse(File.ReadAllBytes(Path.Combine(Cases, name, "input.json")))!;
        var version = ((string)body["apiVersion"]!).Split('/');
        var kind = (string)body["kind"]!;
        return new Resource(
            new ResourceKind(
                version.Length == 1 ? "" : version[0], version[^1], kind, PluralOf(kind), body["metadata"]!["namespace"] is not null),
            body);
    }

    private static string PluralOf(string kind) => kind.ToLowerInvariant() switch
    {
        var name when name.EndsWith("constraints", StringComparison.Ordinal) => name,
        var name when name.EndsWith('s') => $"{name}es",
        var name when name.EndsWith('y') => $"{name[..^1]}ies",
        var name => $"{name}s",
    };
}
