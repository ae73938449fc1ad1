using System.Diagnostics;
using RunAiDr.Tests.Core.Sync;

namespace RunAiDr.Tests.Support;

public sealed class CommandLineWatchTests
{
    [Fact]
    public async Task A_program_that_is_started_with_a_secret_is_seen()
    {
        var watch = new CommandLineWatch(line => line.Contains("a-planted-word", StringComparison.Ordinal) ? "found" : null).Start();
        using var program = Process.Start("tail", ["-f", "/dev/null", "--", "/dev/a-planted-word"]);

        await SyncedCluster.UntilAsync(() => watch.Seen.ContainsKey("tail"), () => "the watch saw nothing");

        program.Kill();
        Assert.Equal("found", watch.Seen["tail"]);
    }

    [Fact]
    public void Planted_secrets_are_found_plain_and_encoded()
    {
        Assert.NotNull(EndToEndCanaries.Found("helm --set password=CANARY-1001"));
        Assert.NotNull(EndToEndCanaries.Found(Convert.ToBase64String("xCANARY-1001"u8)));
        Assert.Null(EndToEndCanaries.Found("helm upgrade --install runai-backend"));
    }
}
