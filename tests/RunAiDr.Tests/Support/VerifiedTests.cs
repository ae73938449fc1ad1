namespace RunAiDr.Tests.Support;

public class VerifiedTests
{
    [Fact]
    public void The_difference_shows_what_changed_and_three_lines_before() =>
        Assert.Equal("@@ line 5\n  b\n  c\n  d\n- e\n+ E\n+ F\n", Verified.Difference("a\nb\nc\nd\ne\ng", "a\nb\nc\nd\nE\nF\ng"));

    [Fact]
    public void A_missing_or_different_file_fails_and_leaves_what_was_received()
    {
        var folder = Directory.CreateTempSubdirectory("verified");
        try
        {
            var source = Path.Combine(folder.FullName, "Some.cs");
            Assert.ThrowsAny<Exception>(() => Verified.Text("a\n", null, source, "Test"));
            var received = Path.Combine(folder.FullName, "Some.Test.received.txt");
            Assert.Equal("a\n", File.ReadAllText(received));

            File.Move(received, Path.Combine(folder.FullName, "Some.Test.verified.txt"));
            Verified.Text("a\n", null, source, "Test");
            Assert.ThrowsAny<Exception>(() => Verified.Text("b\n", null, source, "Test"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
