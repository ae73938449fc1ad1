using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Another configuration while <c>runai-dr sync</c> runs.</summary>
public sealed class SyncConfigTests : SyncScene
{
    [Fact]
    public async Task A_new_one_is_taken_and_what_waited_is_committed()
    {
        await using var sync = Start(Config(settle: "10m"));
        await UntilReadyzAsync(sync, "[+]remote ok");
        await sync.UntilReadyAsync();
        Load("waits");
        await Task.Delay(500, CancellationToken.None);
        Assert.False(RemoteHas("waits"));

        await sync.ReconfigureAsync(Config());
        await UntilRemoteAsync("waits", sync);
        Load("quick");
        await UntilRemoteAsync("quick", sync);

        await WriteScopeAsync(scope => scope.Replace("runai/template", "other/template", StringComparison.Ordinal));
        await sync.ReconfigureAsync(Config(more: "scope: scope.yaml\ndeletionGuard: {share: 1, count: 1000}"));
        await SyncedCluster.UntilAsync(() => !RemoteHas("quick"), () => sync.Log);

        await WriteScopeAsync(scope => scope);
        await sync.SignalAsync("HUP");
        await UntilRemoteAsync("quick", sync);
        await UntilCompleteAsync(sync);
    }

    [Theory]
    [InlineData("sync: {settle: soon}", "soon")]
    [InlineData("scope: nowhere.yaml", "nowhere.yaml")]
    [InlineData("context: nobody", "nobody")]
    [InlineData("leaderElection: {enabled: true}", "leaderElection")]
    [InlineData("remote: {url: \"ftp://example.org/dr.git\"}", "ftp")]
    public async Task A_wrong_one_is_refused_with_its_reason_and_the_old_one_goes_on(string line, string reason)
    {
        await using var sync = Start();
        await sync.UntilReadyAsync();
        var key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        var others = Config().Split('\n').Where(other => !other.StartsWith(key + ":", StringComparison.Ordinal));

        await sync.ReconfigureAsync(string.Join('\n', [.. others, line]));

        await SyncedCluster.UntilAsync(
            () => sync.Log.Split('\n').Any(text => text.Contains("not taken", StringComparison.Ordinal) && text.Contains(reason, StringComparison.Ordinal)),
            () => sync.Log);
        Load("after");
        await UntilRemoteAsync("after", sync);
        await UntilCompleteAsync(sync);
    }

    private Task WriteScopeAsync(Func<string, string> change) =>
        File.WriteAllTextAsync(Folder.File("scope.yaml"), change(RepositoryFiles.Read("templates/scopes/runai.yaml")));
}
