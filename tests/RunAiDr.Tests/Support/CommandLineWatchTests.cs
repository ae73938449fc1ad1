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
    public async Task A_script_is_judged_by_its_own_name_and_a_command_of_the_tests_is_not()
    {
        using var folder = new TestDirectory();
        await File.WriteAllTextAsync(folder.File("helm-of-mine"), "sleep 30\n");
        var watch = new CommandLineWatch(line => line.Contains("a-planted-script", StringComparison.Ordinal) ? "found" : null).Start();
        using var own = Process.Start("sh", ["-c", "sleep 30; : a-planted-script"]);
        using var script = Process.Start("sh", [folder.File("helm-of-mine"), "a-planted-script"]);

        await SyncedCluster.UntilAsync(() => watch.Seen.ContainsKey("helm-of-mine"), () => "the watch saw nothing");

        script.Kill(entireProcessTree: true);
        own.Kill(entireProcessTree: true);
        Assert.Equal(["helm-of-mine"], watch.Seen.Keys);
    }

    [Fact]
    public void Planted_secrets_are_found_plain_and_encoded()
    {
        Assert.NotNull(EndToEndCanaries.Found("helm --set password=CANARY-1001"));
        Assert.NotNull(EndToEndCanaries.Found(Convert.ToBase64String("xCANARY-1001"u8)));
        Assert.Null(EndToEndCanaries.Found("helm upgrade --install runai-backend"));
    }
}
