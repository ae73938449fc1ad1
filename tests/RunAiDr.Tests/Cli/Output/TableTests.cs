using RunAiDr.Cli.Output;

namespace RunAiDr.Tests.Cli.Output;

public sealed class TableTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"so\"", "\"say \"\"so\"\"\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@x", "'@x")]
    [InlineData("=a,b", "\"'=a,b\"")]
    [InlineData("two\nlines\u001b", "two\\nlines\\u{1b}")]
    public void A_cell_of_CSV_is_one_cell_and_no_formula(string cell, string written) =>
        Assert.Equal($"{written},x", new Table(["a", "b"], [[cell, "x"]]).Csv().Last());

    [Fact]
    public void Columns_of_text_line_up_and_wide_cells_are_cut()
    {
        var lines = new Table(["a", "b"], [["long cell", "x"], [new string('y', 100), "z"]]).Text().ToList();

        Assert.Single(lines.Select(line => line.Length).Distinct());
        Assert.EndsWith("…  z", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_a_cell_of_Markdown_is_markup() =>
        Assert.Contains(
            "| \\| \\<b\\> \\`x\\` |", new Table(["a"], [["| <b> `x`"]]).Markdown());
}
