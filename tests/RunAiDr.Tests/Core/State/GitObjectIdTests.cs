using RunAiDr.Core.State;

namespace RunAiDr.Tests.Core.State;

public class GitObjectIdTests
{
    [Theory]
    [InlineData("", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")]
    [InlineData("hello\n", "ce013625030ba8dba906f756967f9e9ca394464a")]
    public void The_id_is_the_one_that_git_gives(string content, string id) =>
        Assert.Equal(id, GitObjectId.OfBlob(System.Text.Encoding.UTF8.GetBytes(content)));
}
