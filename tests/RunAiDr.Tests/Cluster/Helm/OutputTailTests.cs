using System.Text;
using RunAiDr.Cluster.Helm;

namespace RunAiDr.Tests.Cluster.Helm;

public class OutputTailTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one\ntwo\n")]
    [InlineData("first line\nsecond line\nthird\n", "third\n")]
    [InlineData("a line that is longer than what is kept", "")]
    public async Task The_last_whole_lines_are_kept(string printed, string kept)
    {
        var tail = new OutputTail(most: 12);

        await tail.FillAsync(new MemoryStream(Encoding.UTF8.GetBytes(printed)), default);

        Assert.Equal(kept, Encoding.UTF8.GetString(tail.ToArray()));
    }

    [Fact]
    public async Task However_much_is_printed_little_is_kept()
    {
        var tail = new OutputTail(most: 1000);

        await tail.FillAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789\n", 100_000)))), default);

        Assert.InRange(tail.ToArray().Length, 900, 1000);
    }
}
