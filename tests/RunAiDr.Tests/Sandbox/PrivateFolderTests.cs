using RunAiDr.Sandbox;

namespace RunAiDr.Tests.Sandbox;

public sealed class PrivateFolderTests
{
    [Fact]
    public async Task Nobody_else_can_look_into_it_and_it_goes_with_its_owner()
    {
        string folder;
        using (var own = new PrivateFolder("runai-dr-test-"))
        {
            folder = own.FullName;
            var file = await own.WriteAsync("kubeconfig", "key", CancellationToken.None);

            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            Assert.Equal("key", await File.ReadAllTextAsync(file));
        }

        Assert.False(Directory.Exists(folder));
    }
}
