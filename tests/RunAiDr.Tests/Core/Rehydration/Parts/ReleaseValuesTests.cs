using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Tests.Core.Rehydration.Parts;

public class ReleaseValuesTests
{
    [Theory]
    [InlineData("a: 1.0", """{"a":1}""")]
    [InlineData("a: 104857600", """{"a":1.048576e+08}""")]
    [InlineData("a: 9007199254740993", """{"a":9007199254740992}""")]
    [InlineData("a: null\nb: {}\nc: []\nd: ''", """{"d":"","c":[],"b":{},"a":null}""")]
    [InlineData("", "{}")]
    public void Values_that_helm_spells_otherwise_are_the_same(string yaml, string kept) =>
        Assert.Empty(Read(yaml).DifferencesTo(Json(kept)));

    [Theory]
    [InlineData("a: 1", """{"a":"1"}""", "a")]
    [InlineData("a: {b: 1, c: 2}", """{"a":{"b":2}}""", "a.b, a.c")]
    [InlineData("a: [1, {b: 2}]", """{"a":[1,{"b":3}]}""", "a[1].b")]
    [InlineData("a: [1]", """{"a":[1,2]}""", "a")]
    [InlineData("a: null", "{}", "a")]
    [InlineData("", """{"grafana.ini":{"x":1}}""", "[grafana.ini]")]
    public void Differences_are_paths(string yaml, string kept, string paths) =>
        Assert.Equal(paths, string.Join(", ", Read(yaml).DifferencesTo(Json(kept))));

    [Theory]
    [InlineData("password: hunter2", "it is hunter2!", "it is [secret]!")]
    [InlineData("password: \"a\\\"b<c\"", "got \"a\\\"b<c\" and \"a\\\"b\\u003cc\"", "got \"[secret]\" and \"[secret]\"")]
    [InlineData("password: hunter2", "aHVudGVyMg==", "[secret]")]
    [InlineData("password: 12345", "a 12345 b", "a [secret] b")]
    [InlineData("note: Some longer text", "no Some longer text", "no [secret]")]
    [InlineData("host: runai-backend-postgresql", "StatefulSet runai-backend-postgresql", "StatefulSet runai-backend-postgresql")]
    [InlineData("user: admin", "admin may not", "admin may not")]
    [InlineData("key: |\n  -----BEGIN PRIVATE KEY-----\n  QUJDREVGRw\n  -----END PRIVATE KEY-----\n", "line QUJDREVGRw of it", "line [secret] of it")]
    [InlineData("tenant: '{\"users\": [{\"password\": \"s3cr3t\"}]}'", "it said s3cr3t", "it said [secret]")]
    [InlineData("a: b", "postgres://me:chart-default@host/db failed", "postgres://me:[secret]@host/db failed")]
    public void What_was_in_the_values_is_hidden_in_texts(string yaml, string text, string shown) => Assert.Equal(shown, Read(yaml).Hide(text));

    [Fact]
    public void Values_are_read_back_as_they_were()
    {
        var values = Read("a: \"yes\"\nb: \"0042\"\nc: \"\\U0001F680\"\n");

        Assert.Empty(Read(Encoding.UTF8.GetString(values.ToYaml().Span)).DifferencesTo(Json("""{"a":"yes","b":"0042","c":"🚀"}""")));
    }

    [Fact]
    public void A_list_is_no_values() => Assert.Equal(Fault.RestorePoint, Assert.Throws<RunAiDrException>(() => Read("- a")).Fault);

    private static ReleaseValues Read(string yaml) => ReleaseValues.Read(new SecretText(yaml), "values");

    private static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;
}
