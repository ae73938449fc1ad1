using System.Text;
using System.Text.Json.Nodes;
using FsCheck.Xunit;
using RunAiDr.Cluster.Writing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

public class ApplyBodyTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Köln ✓", "Köln ✓")]
    [InlineData("\U0001F680", "\U0001F680")]
    [InlineData("a\u0085b", @"a\u0085b")]
    [InlineData("\u2028\u2029\ufeff", @"\u2028\u2029\ufeff")]
    [InlineData("\u007f\u009f\ufffe\uffff", @"\u007f\u009f\ufffe\uffff")]
    [InlineData("\u00a0", "\u00a0")]
    [InlineData("\0\t\n\r\u001f", @"\u0000\u0009\u000a\u000d\u001f")]
    [InlineData("\"\\/", "\\\"\\\\/")]
    public void Text_is_written_so_that_a_YAML_reader_takes_it_whole(string text, string written)
    {
        Assert.Equal($$"""{"k": "{{written}}"}""", Written(new JsonObject { ["k"] = text }));
    }

    [Theory]
    [InlineData("1.0")]
    [InlineData("9007199254740993")]
    [InlineData("1e400")]
    [InlineData("-0")]
    [InlineData("1.10")]
    public void Numbers_keep_their_text(string number)
    {
        Assert.Equal($$"""{"k": [{{number}},null,true]}""", Written((JsonObject)JsonNode.Parse($$"""{"k":[{{number}},null,true]}""")!));
    }

    [Fact]
    public void Empty_maps_and_lists_stay()
    {
        Assert.Equal("""{"a": {},"b": []}""", Written((JsonObject)JsonNode.Parse("""{"a":{},"b":[]}""")!));
    }

    [Fact]
    public void A_key_too_long_for_a_YAML_simple_key_is_announced()
    {
        var written = Written(new JsonObject { [new string('k', 1001)] = "v", [new string('k', 1000)] = "v" });

        Assert.StartsWith("{? \"k", written, StringComparison.Ordinal);
        Assert.Equal(1, written.Count(c => c == '?'));
    }

    [Theory]
    [InlineData("87-configmap-text")]
    [InlineData("88-numbers")]
    [InlineData("44-apply-lists-and-maps")]
    public void Recorded_bodies_are_written_without_loss(string scenario)
    {
        var bodies = RecordedExchanges.Of(scenario)
            .Where(e => e.RequestBody is { ValueKind: System.Text.Json.JsonValueKind.Object })
            .Where(e => !e.Note.Contains("surrogate", StringComparison.Ordinal)) // no text: nothing we read can hold it
            .Select(e => (JsonObject)JsonNode.Parse(e.RequestBody!.Value.GetRawText())!)
            .ToList();

        Assert.NotEmpty(bodies);
        Assert.All(bodies, body => Assert.Equal(body.ToJsonString(), JsonNode.Parse(Written(body))!.ToJsonString()));
    }

    [Property(MaxTest = 500)]
    public bool Any_text_comes_back(string? text)
    {
        var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? "")); // lone surrogates are no text
        return (string?)JsonNode.Parse(Written(new JsonObject { ["k"] = whole }))!["k"] == whole;
    }

    private static string Written(JsonObject body) => Encoding.UTF8.GetString(ApplyBody.Of(body).Span);
}
