using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Tests.Core.Yaml;

public class YamlReaderTests
{
    [Fact]
    public void No_edit_of_a_text_is_taken_for_a_defect_of_the_program()
    {
        const string Text = "a: [1, {b: \"c\"}]\nd: |\n  e\n  f\ng: 'h'\ni:\n- j # k\n- l: ~\n";
        const string Edits = "{}[]:,-#&*!|>'\"%@`?\n\t ax0~<=\\";
        var random = new Random(20260101);
        for (var round = 0; round < 20_000; round++)
        {
            var edited = new StringBuilder(Text);
            for (var edit = random.Next(1, 4); edit > 0; edit--)
            {
                edited[random.Next(edited.Length)] = Edits[random.Next(Edits.Length)];
            }

            var failure = Record.Exception(() => Read(edited.ToString()));
            Assert.True(failure is null or RunAiDrException, $"{edited}\n{failure}");
        }
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n", "t:1:4: an anchor")]
    [InlineData("a: *x\n", "t:1:4: an alias")]
    [InlineData("*x : a\n", "t:1:1: a key that is not a text")]
    [InlineData("a: !!str 1\n", "t:1:4: a tag")]
    [InlineData("a: !!python/object/apply:os.system [ls]\n", "t:1:4: a tag")]
    [InlineData("a: ! x\n", "t:1:4: a tag")]
    [InlineData("!!str a: 1\n", "t:1:1: a tag")]
    [InlineData("b:\n  <<: {a: 1}\n", "t:2:3: a merge key")]
    [InlineData("a: 1\nb: 2\na: 3\n", "t:3:1: the key stands twice in this map")]
    [InlineData("a: 1\n\"a\": 3\n", "t:2:1: the key stands twice in this map")]
    [InlineData("? [a]\n: b\n", "t:1:3: a key that is not a text")]
    [InlineData("a: 1\n---\nb: 2\n", "t:2:1: a second document begins here")]
    [InlineData("a: 0123\n", "t:1:4: a number with a leading zero")]
    [InlineData("a: .inf\n", "t:1:4: JSON has no infinity")]
    [InlineData("a: -.NaN\n", "t:1:4: JSON has no infinity")]
    [InlineData("a: 0x10000000000000000\n", "t:1:4: an octal or hexadecimal number over 64 bits")]
    [InlineData("a: 0o2000000000000000000000\n", "t:1:4: an octal or hexadecimal number over 64 bits")]
    [InlineData("a: [1\n", "t:2:1: not valid YAML")]
    [InlineData("a: b: c\n", "t:1:5: not valid YAML")]
    [InlineData("a: \"\\ud83d\"\n", "t:1:4: not valid YAML")]
    [InlineData("a: 1\n\0\nb: 2\n", "t:2:1: the character U+0000")]
    [InlineData("a: \"\u0001\"\n", "t:1:5: the character U+0001")]
    [InlineData("a: b\u0085c: d\n", "t:1:5: the character U+0085")]
    [InlineData("a: b\u2028c\n", "t:1:5: the character U+2028")]
    [InlineData("a: b\ufeffc\n", "t:1:5: the character U+FEFF")]
    [InlineData("{a: 1}}\n", "t:1:7: not valid YAML")]
    [InlineData("a: [1\nb: }", "t:2:1: not valid YAML")]
    public void What_readers_could_disagree_about_or_be_hurt_by_is_refused_with_its_place(string yaml, string message)
    {
        var failure = Assert.Throws<RunAiDrException>(() => Read(yaml));

        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(Fault.Configuration, failure.Fault);
        Assert.NotEmpty(failure.Remedy);
    }

    [Fact]
    public void A_bomb_of_aliases_is_refused_at_its_first_anchor()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++)
        {
            bomb.Append($"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        }

        Assert.StartsWith("t:1:5: an anchor", Refusal(bomb.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{a: ", 100_000)]
    [InlineData("- ", 100_000)]
    public void Bottomless_nesting_is_refused_before_it_costs_anything(string opening, int depth) =>
        Assert.Contains("nested deeper than 200", Refusal(string.Concat(Enumerable.Repeat(opening, depth))), StringComparison.Ordinal);

    [Fact]
    public void Two_hundred_levels_are_read() =>
        Assert.NotNull(Read(new string('[', 200) + new string(']', 200)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_with_their_place()
    {
        byte[] bytes = [.. "a: b\nc: \""u8, 0xC3, 0x28, .. "\"\n"u8];

        var failure = Assert.Throws<RunAiDrException>(() => YamlReader.Read(bytes, "t", Fault.RestorePoint));

        Assert.Equal("t:2:5: not valid UTF-8", failure.Message);
    }

    [Fact]
    public void No_refusal_quotes_the_content()
    {
        string[] texts = ["k: &s3cret 1", "k: *s3cret", "k: !s3cret 1", "k: \"s3cret", "s3cret: 1\ns3cret: 2", "k: [s3cret", "s3cret: a: b", "%YAML s3cret\n---\n", "--- |s3cret\n", "k: s3cret\n j: 1"];

        Assert.All(texts, text => Assert.DoesNotContain("s3cret", Refusal(text), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("Null", "null")]
    [InlineData("True", "true")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("off", "\"off\"")]
    [InlineData("1.0", "1.0")]
    [InlineData("1e+21", "1e+21")]
    [InlineData("-0", "-0")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("+12", "12")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e3", "-0.5e3")]
    [InlineData("1.", "1")]
    [InlineData("007.50", "7.50")]
    [InlineData("0o17", "15")]
    [InlineData("0o1777777777777777777777", "18446744073709551615")]
    [InlineData("0x1F", "31")]
    [InlineData("0xffffffffffffffff", "18446744073709551615")]
    [InlineData("0b11", "\"0b11\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData("2026-03-02", "\"2026-03-02\"")]
    [InlineData("-", "[null]")]
    [InlineData("+", "\"+\"")]
    [InlineData(".", "\".\"")]
    [InlineData("+.e3", "\"+.e3\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("'1'", "\"1\"")]
    [InlineData("\"~\"", "\"~\"")]
    public void Plain_scalars_mean_what_the_core_schema_says(string yaml, string json) =>
        Assert.True(JsonValues.Same(JsonNode.Parse(json), Read(yaml)));

    [Fact]
    public void Keys_are_texts_whatever_they_look_like() =>
        Assert.Equal("""{"8080":1,"true":2,"~":3,"\u003C\u003C":4}""", Read("8080: 1\ntrue: 2\n~: 3\n\"<<\": 4\n")?.ToJsonString());

    [Fact]
    public void A_byte_order_mark_and_CRLF_are_understood() =>
        Assert.Equal("""{"a":1,"b":"x\ny\n"}""", Read("\ufeffa: 1\r\nb: |\r\n  x\r\n  y\r\n")?.ToJsonString());

    [Fact]
    public void The_place_of_each_value_is_known()
    {
        var document = YamlReader.ReadDocument("# c\na:\n  b/c: 1\n  l:\n  - x\n  - {k: v}\n"u8.ToArray(), "t", Fault.Configuration);

        Assert.Equal((2, 1), document.Locate("/a"));
        Assert.Equal((3, 3), document.Locate("/a/b~1c"));
        Assert.Equal((6, 5), document.Locate("/a/l/1"));
        Assert.Equal((6, 6), document.Locate("/a/l/1/k"));
        Assert.Equal((4, 3), document.Locate("/a/l/7/missing"));
        Assert.Equal((2, 1), document.Locate("/elsewhere"));
    }

    private static JsonNode? Read(string yaml) =>
        YamlReader.Read(Encoding.UTF8.GetBytes(yaml), "t", Fault.Configuration);

    private static string Refusal(string yaml) => Assert.Throws<RunAiDrException>(() => Read(yaml)).Message;
}
