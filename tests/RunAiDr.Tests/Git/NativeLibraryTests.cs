namespace RunAiDr.Tests.Git;

public class NativeLibraryTests
{
    [Fact]
    public void The_system_libgit2_answers_LibGit2Sharp()
    {
        Assert.False(LibGit2Sharp.Repository.IsValid(AppContext.BaseDirectory));
    }
}
