using RunAiDr.Core.Comparison;

namespace RunAiDr.Tests.Core.Comparison;

public sealed class FieldWordsTests
{
    [Theory]
    [InlineData("subjects", null, "User alice", "subject added: User alice")]
    [InlineData("subjects", "User alice", null, "subject removed: User alice")]
    [InlineData("subjects", "order", "another order", "subjects: order → another order")]
    [InlineData("data.gpu", "1", "2", "data key gpu changed: 1 → 2")]
    [InlineData("data[app.yaml]", "1", null, "data key app.yaml removed: 1")]
    [InlineData("metadata.labels[runai/queue]", null, "a", "label runai/queue added: a")]
    [InlineData("metadata.annotations.note", "a", "b", "annotation note changed: a → b")]
    [InlineData("global.domain", "a", "b", "global.domain: a → b")]
    [InlineData("data.gpu.max", "a", "b", "data.gpu.max: a → b")]
    [InlineData("data[a.b].c[d.e]", "a", "b", "data[a.b].c[d.e]: a → b")]
    [InlineData("database", "a", "b", "database: a → b")]
    [InlineData("data", null, "{}", "data: + {}")]
    [InlineData("secret values/a/one is gone", null, null, "secret values/a/one is gone")]
    public void A_change_is_told_in_words_or_by_its_path(string field, string? before, string? after, string expected) =>
        Assert.Equal(expected, new FieldChange(field, before, after, []).ToString());

    [Theory]
    [InlineData("+a +b", "data key x added: 2 lines")]
    [InlineData("-a", "data key x removed: 1 line")]
    [InlineData(".a -b +c", "data key x changed: 2 lines")]
    public void Lines_of_a_text_are_counted(string lines, string expected) =>
        Assert.Equal(expected, new FieldChange("data.x", null, null, lines.Replace('.', ' ').Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[0] is '+' or '-' ? line : " " + line).ToArray()).ToString());
}
