using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Yaml;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Yaml;

public class YamlWriterTests
{
    private static readonly string[] Texts =
    [
        "plain", "two words", "a:b", "http://x/y#z", "a: b", "a:", "a #b", "a#b", "", " ", " a", "a ", "-", "--flag", "- a", "---", "...",
        ".bashrc", "?", "? a", "*.example", "0 3 * * *", "&a", "!a", "|", ">", "%a", "@a", "`a", "[a", "]a", "{a", "}a", ",a", "a,[]{}",
        "'a", "a'b", "\"a\"", "a\"b", "C:\\temp", "'\"", "~", "~/a", "=", "<<", ":a", "y", "Y", "yes", "No", "ON", "off", "true", "False",
        "null", "NULL", "nil", "none", "1", "-1", "+1", "1.", ".5", "1.0", "2.20.24", "1e3", "1E-7", "e1", "0x1F", "0o17", "0b11", "0123",
        "1_000", "1,000", "12:30:45", "1:30", "2026-03-02", "2026-03-02T10:00:00Z", "2026", "3d", "10Gi", "100m", ".inf", "-.INF", ".NaN",
        "+inf", "nan", "a\tb", "a\rb", "a\u0085b", "a\u2028b", "a\u2029b", "\ufeffa", "a\u007f", "a\u009fb", "a\0b", "\u001b[0m", "\u00a0a",
        "a\u00a0b", "Zürich", "日本語", "🚀", "\ud83d", "\udc00a", "a\uffffb", "a\nb", "a\nb\n", "a\nb\n\n", "\na", " a\nb", "\ta\nb", "\n",
        "\n\n", "  \na", "a\n  ", "a\n  \nb", "a \nb \n", "a\r\nb\r\n", "a\u0085\nb", "# a\n# b\n", "---\na\n",
    ];

    [Fact]
    public void Each_text_is_written_so_that_no_reader_takes_it_for_something_else()
    {
        var table = new StringBuilder();
        foreach (var text in Texts)
        {
            table.Append(Written(new JsonArray(text)));
        }

        Verified.Text(table.ToString());
    }

    [Fact]
    public void Maps_lists_and_empty_ones_look_as_kubectl_writes_them()
    {
        var document = JsonNode.Parse("""
            {"b": [1, [2, [3]], {"y": 1, "x": {}}, [], {"k": ["v"]}], "a": {"n": null, "t": true}, "B": {}, "l": ["a\nb\n", {"t": "c\nd"}]}
            """);

        Assert.Equal(
            """
            B: {}
            a:
              "n": null
              t: true
            b:
            - 1
            - - 2
              - - 3
            - x: {}
              "y": 1
            - []
            - k:
              - v
            l:
            - |
              a
              b
            - t: |-
                c
                d

            """.ReplaceLineEndings("\n"),
            Written(document));
    }

    [Theory]
    [InlineData("null", "null\n")]
    [InlineData("{}", "{}\n")]
    [InlineData("[]", "[]\n")]
    [InlineData("[[], {}]", "- []\n- {}\n")]
    [InlineData("\"a\\nb\"", "\"a\\nb\"\n")]
    [InlineData("1.0", "1.0\n")]
    [InlineData("[1.10, 1e+21, 9007199254740993, -0, 1E400]", "- 1.10\n- 1e+21\n- 9007199254740993\n- -0\n- 1E400\n")]
    public void A_document_may_be_any_value_and_numbers_keep_their_text(string json, string yaml) =>
        Assert.Equal(yaml, Written(JsonNode.Parse(json)));

    [Fact]
    public void Numbers_made_in_memory_are_written_as_json_writes_them() =>
        Assert.Equal("- 1\n- 2.5\n- true\n", Written(new JsonArray(1, 2.5, true)));

    [Theory]
    [InlineData('k', 1500)]
    [InlineData('\t', 600)]
    [InlineData('日', 900)]
    public void A_key_too_long_for_a_simple_one_is_still_read(char letter, int length)
    {
        var key = new string(letter, length);
        var document = new JsonObject
        {
            [key] = new JsonObject { ["a"] = "x\ny\n" },
            [key + "2"] = new JsonArray("a", new JsonArray(1)),
            [key + "3"] = "a\nb",
            [key + "4"] = "c",
        };

        var yaml = YamlWriter.ToBytes(document);

        Assert.StartsWith("? ", Encoding.UTF8.GetString(yaml), StringComparison.Ordinal);
        Assert.True(JsonValues.Same(document, YamlReader.Read(yaml, "test", Fault.Repository)));
    }

    [Fact]
    public void Long_lines_are_not_folded()
    {
        var text = string.Join(' ', Enumerable.Repeat("word: 'and' \"more\"", 60_000));

        Assert.Equal(1, Written(new JsonArray(text)).Count(c => c == '\n'));
    }

    private static string Written(JsonNode? node) => Encoding.UTF8.GetString(YamlWriter.ToBytes(node));
}
