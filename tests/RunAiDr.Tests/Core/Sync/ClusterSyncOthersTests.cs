namespace RunAiDr.Tests.Core.Sync;

public class ClusterSyncOthersTests
{
    [Fact]
    public async Task Somebody_elses_commit_to_the_folder_is_mended_without_a_change_in_the_cluster()
    {
        const string binding = "namespaces/runai-vision/rolebindings/runai-researcher.yaml";
        await using var cluster = await SyncedCluster.StartAsync(SyncedCluster.Quick with { Comparison = TimeSpan.FromMilliseconds(200) });
        await cluster.UntilReadyAsync();
        await Task.Delay(600, CancellationToken.None);
        var commits = cluster.Commits();

        cluster.Repository.Import($"D clusters/{SyncedCluster.Cluster}/{binding}\n\n");

        await cluster.UntilFileAsync(binding);
        Assert.Equal(commits + 2, cluster.Commits());
        await cluster.UntilCompleteAsync();
    }
}
