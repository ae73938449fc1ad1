using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Secrets in what <c>runai-dr sync</c> pushes.</summary>
public sealed class SealedSyncTests : SyncScene
{
    private string Recipients => Remote.Try([], "show", "main:clusters/prod/secrets/recipients.yaml").Output;

    [Fact]
    public async Task New_recipients_are_taken_while_it_runs_and_wrong_ones_are_not()
    {
        var keys = new SealingKeys(Folder.Path);
        await keys.MakeAsync("old.txt");
        var (_, recipient) = await keys.AgeAsync("new.txt");
        await using var sync = Start(Config(more: SealingKeys.Configuration));
        await sync.UntilReadyAsync();
        await SyncedCluster.UntilAsync(() => Recipients.Contains("age1", StringComparison.Ordinal), () => sync.Log);

        await keys.NameAsync("CANARY-password");
        await sync.SignalAsync("HUP");
        await SyncedCluster.UntilAsync(() => sync.Log.Contains("line 3: not a recipient of age", StringComparison.Ordinal), () => sync.Log);
        Load("meanwhile");
        await UntilRemoteAsync("meanwhile", sync);
        await keys.NameAsync(recipient);
        await sync.SignalAsync("HUP");
        await SyncedCluster.UntilAsync(() => Recipients.Contains(recipient, StringComparison.Ordinal), () => sync.Log);

        Load("after");
        await UntilRemoteAsync("after", sync);
        EndToEndCanaries.AssertNoneIn(sync.Log, "the log");
        EndToEndCanaries.AssertNoneInRepository(Folder.File("remote.git"));
    }
}
