using RunAiDr.Core.Snapshots;

namespace RunAiDr.Tests.Core.Snapshots;

public class WalPositionTests
{
    private const long Segment = 16 * 1024 * 1024;

    [Theory]
    [InlineData("0/0")]
    [InlineData("16/B374D848")]
    [InlineData("FFFFFFFF/FFFFFFFF")]
    public void It_is_written_as_PostgreSQL_does(string text)
    {
        Assert.True(WalPosition.TryParse(text, out var position));
        Assert.Equal(text, position.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("16")]
    [InlineData("16/B374D848/0")]
    [InlineData("x/1")]
    [InlineData("1/100000000")]
    public void Other_texts_are_none(string? text) => Assert.False(WalPosition.TryParse(text, out _));

    [Fact]
    public void Positions_compare_as_numbers_and_not_as_text() => Assert.True(Of("9/0").CompareTo(Of("10/0")) < 0);

    [Theory]
    [InlineData("16/B374D848", 1, Segment, "0000000100000016000000B3")]
    [InlineData("0/3000000", 10, Segment, "0000000A0000000000000002")]
    [InlineData("1/0", 1, Segment, "0000000100000000000000FF")]
    [InlineData("1/4000001", 1, 4 * Segment, "000000010000000100000001")]
    public void It_lies_in_a_segment(string text, int timeline, long segmentBytes, string segment) =>
        Assert.Equal(segment, Of(text).SegmentOf(timeline, segmentBytes));

    private static WalPosition Of(string text) => WalPosition.TryParse(text, out var position) ? position : throw new FormatException(text);
}
