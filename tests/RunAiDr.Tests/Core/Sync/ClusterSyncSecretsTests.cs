using System.Text;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Core.Sync;

/// <summary>Sync with somebody to encrypt for: the files of secrets follow their documents.</summary>
public sealed class ClusterSyncSecretsTests
{
    private const string Registry = "namespaces/runai/secrets/runai-reg-creds";
    private const string Sealed = $"secrets/{Registry}.age";
    private const string Macs = $"secrets/{Registry}.macs.yaml";
    private const string Seal = $"secrets/{Registry}.seal";

    private static readonly SyncOptions Slow =
        SyncedCluster.Quick with { Settle = TimeSpan.FromMilliseconds(700), MaxWait = TimeSpan.FromSeconds(10) };

    private readonly FakeCipher _cipher = new();

    [Fact]
    public async Task A_new_value_is_one_commit_of_its_three_files()
    {
        await using var cluster = await StartAsync(SyncedCluster.Quick);
        var (commits, runs) = (cluster.Commits(), _cipher.Runs);

        cluster.Load(Secret("another password"));
        await UntilCommitAsync(cluster, commits);

        Assert.Equal([$"M\tclusters/prod-a/{Sealed}", $"M\tclusters/prod-a/{Macs}", $"M\tclusters/prod-a/{Seal}"], cluster.Git.Lines("diff", "--name-status", "main~1", "main"));
        Assert.Equal("another password", Assert.Single(FakeCipher.Open(cluster.Read(Sealed)!)).Value.Reveal());
        Assert.Equal("runai: change secrets of Secret runai-reg-creds", cluster.Git.Run("log", "-1", "--format=%s", "main").Trim());
        Assert.Equal(runs + 1, _cipher.Runs);
        await cluster.UntilCompleteAsync();
        Assert.Equal(runs + 1, _cipher.Runs);
    }

    [Fact]
    public async Task A_value_that_changes_back_within_a_batch_makes_no_commit_and_is_not_encrypted()
    {
        await using var cluster = await StartAsync(Slow);
        var (commits, runs) = (cluster.Commits(), _cipher.Runs);

        cluster.Load(Secret("for a moment"));
        cluster.Load(Secret("first"));
        cluster.Load(Given.ConfigMap("runai", "template-admin", "other"));
        await UntilCommitAsync(cluster, commits);

        Assert.Equal(["M\tclusters/prod-a/templates/template-admin.yaml"], cluster.Git.Lines("diff", "--name-status", "main~1", "main"));
        Assert.Equal(runs, _cipher.Runs);
    }

    [Fact]
    public async Task What_is_deleted_takes_its_secrets_along()
    {
        await using var cluster = await StartAsync(SyncedCluster.Quick);
        var commits = cluster.Commits();

        await cluster.DeleteAsync(Secret(""));
        await cluster.UntilFileAsync($"{Registry}.yaml", exists: false);

        Assert.Equal(
            [$"D\tclusters/prod-a/{Registry}.yaml", $"D\tclusters/prod-a/{Sealed}", $"D\tclusters/prod-a/{Macs}", $"D\tclusters/prod-a/{Seal}"],
            cluster.Git.Lines("diff", "--name-status", "main~1", "main"));
        Assert.Equal("runai: delete Secret runai-reg-creds", cluster.Git.Run("log", "-1", "--format=%s", "main").Trim());
        Assert.Equal(commits + 1, cluster.Commits());
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task A_document_without_secrets_any_more_loses_both_files()
    {
        await using var cluster = await StartAsync(SyncedCluster.Quick);
        var commits = cluster.Commits();
        cluster.Load(Template("PASSWORD=hunter2"));
        await UntilCommitAsync(cluster, commits);
        Assert.True(cluster.Has("secrets/templates/template-admin.age"));

        cluster.Load(Template("COLOUR=red"));
        await UntilCommitAsync(cluster, commits + 1);

        Assert.False(cluster.Has("secrets/templates/template-admin.age"));
        Assert.False(cluster.Has("secrets/templates/template-admin.macs.yaml"));
        Assert.Equal("runai: change ConfigMap template-admin", cluster.Git.Run("log", "-1", "--format=%s", "main").Trim());
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task While_the_cipher_fails_nothing_is_committed_and_later_everything()
    {
        await using var cluster = await StartAsync(SyncedCluster.Quick);
        var commits = cluster.Commits();
        _cipher.Failure = new RunAiDrException(Fault.Configuration, "age broke", "mend it");

        cluster.Load(Secret("while it fails"));
        await SyncedCluster.UntilAsync(() => !cluster.Journal.Status().Ready, () => "still ready");
        Assert.Contains(cluster.Journal.Status().NotReady, reason => reason.Contains("age broke", StringComparison.Ordinal));
        Assert.Equal(commits, cluster.Commits());

        _cipher.Failure = null;
        await UntilCommitAsync(cluster, commits);
        Assert.Equal("while it fails", Assert.Single(FakeCipher.Open(cluster.Read(Sealed)!)).Value.Reveal());
        await cluster.UntilCompleteAsync();
    }

    [Fact]
    public async Task A_service_that_encrypts_no_more_stops_and_says_so()
    {
        await using var cluster = await StartAsync(SyncedCluster.Quick);
        var commits = cluster.Commits();
        await cluster.StopAsync();

        cluster.Cipher = null;
        cluster.Resume();
        await SyncedCluster.UntilAsync(
            () => cluster.Journal.Status().NotReady.Any(reason => reason.Contains("would drop them", StringComparison.Ordinal)), () => "not told");

        Assert.Equal(commits, cluster.Commits());
        cluster.Cipher = _cipher;
    }

    [Fact]
    public async Task Many_deletions_count_documents_and_not_their_secrets()
    {
        await using var cluster = await StartAsync(Slow with { DeletionGuard = new(Share: 0, Count: 3) });
        for (var i = 0; i < 3; i++)
        {
            cluster.Load(Credentials(i));
        }

        await cluster.UntilFileAsync("secrets/namespaces/runai/secrets/many-2.age");
        var commits = cluster.Commits();
        for (var i = 0; i < 3; i++)
        {
            await cluster.DeleteAsync(Credentials(i));
        }

        await cluster.UntilFileAsync("namespaces/runai/secrets/many-2.yaml", exists: false);
        Assert.Equal(commits + 1, cluster.Commits());
        Assert.False(cluster.Has("secrets/namespaces/runai/secrets/many-0.age"));
    }

    private static Resource Secret(string value) =>
        Given.Secret("runai", "runai-reg-creds", ".dockerconfigjson", Convert.ToBase64String(Encoding.UTF8.GetBytes(value)));

    private static Resource Template(string text) => Given.ConfigMap("runai", "template-admin", text);

    private static Resource Credentials(int number)
    {
        var secret = Given.Secret("runai", $"many-{number}", "k", "dg==");
        secret.Metadata["labels"] = new System.Text.Json.Nodes.JsonObject { ["run.ai/credentials"] = "true" };
        return secret;
    }

    private static Task UntilCommitAsync(SyncedCluster cluster, int commits) =>
        SyncedCluster.UntilAsync(() => cluster.Commits() > commits, () => "no commit");

    private async Task<SyncedCluster> StartAsync(SyncOptions options)
    {
        var cluster = await SyncedCluster.StartAsync(options, cipher: _cipher);
        cluster.Load(Secret("first"));
        await cluster.UntilReadyAsync();
        await SyncedCluster.UntilAsync(() => cluster.Has(Sealed) && FakeCipher.Open(cluster.Read(Sealed)!).Values.Any(value => value.Reveal() == "first"), () => "no first value");
        return cluster;
    }
}
