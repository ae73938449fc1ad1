using RunAiDr.Forges;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Drift is reviewed: the service, real repositories, and a forge whose merges are made by git.</summary>
public sealed class ReviewTests : SyncScene
{
    private const string Drift = "drift/prod";

    [Theory]
    [InlineData(ForgeKind.GitHub, "--no-ff")]
    [InlineData(ForgeKind.GitLab, "--squash")]
    public async Task Drift_becomes_one_pull_request_and_after_a_merge_the_state_of_record(ForgeKind kind, string how)
    {
        await using var forge = await StartForgeAsync(kind);
        await using (var first = Start(Reviewing(kind, forge)))
        {
            await UntilAsync(() => forge.Pulls.Count == 1, first);
            Assert.Equal(0, await first.TerminateAsync());
        }

        Merge(forge.Pulls[0], how);
        var recorded = Sha("main");
        await using var sync = Start(Reviewing(kind, forge));
        await UntilAsync(() => Follows(recorded), sync);
        await UntilReadyzAsync(sync, "prod review: no drift");

        Load("first");
        await UntilAsync(() => forge.Pulls.Count == 2 && forge.Pulls[1].Body.Contains("templates/first.yaml", StringComparison.Ordinal), sync);
        Load("second");
        await UntilAsync(() => forge.Pulls[1].Body.Contains("templates/second.yaml", StringComparison.Ordinal), sync);
        await UntilReadyzAsync(sync, "prod review: pull request 2 is open");
        Assert.Equal(recorded, Sha("main"));

        // A commit makes it look at the remote at once, and there is what people merged.
        Merge(forge.Pulls[1], how);
        Load("third");
        await UntilAsync(() => forge.Pulls.Count == 3 && Follows("main"), sync);
        Assert.DoesNotContain("second", forge.Pulls[2].Body, StringComparison.Ordinal);
        Assert.Equal($"clusters/prod/{TemplatePath("third")}", Remote.Run("diff", "--name-only", "main", Drift).Trim());
        Assert.Empty(forge.Refusals);
        Assert.DoesNotContain(ForgeServer.Token, sync.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_merge_that_people_take_back_is_offered_again()
    {
        await using var forge = await StartForgeAsync(ForgeKind.GitHub);
        await using (var first = Start(Reviewing(ForgeKind.GitHub, forge)))
        {
            await UntilAsync(() => forge.Pulls.Count == 1, first);
            Merge(forge.Pulls[0], "--no-ff");
            Load("first");
            await UntilAsync(() => forge.Pulls.Count == 2, first);
            Merge(forge.Pulls[1], "--no-ff");
            Load("second");
            await UntilAsync(() => forge.Pulls.Count == 3 && Follows("main"), first);
        }

        InClone(git => git.Run("revert", "--no-edit", "-m", "1", "HEAD"));
        await using var sync = Start(Reviewing(ForgeKind.GitHub, forge));
        await UntilAsync(() => forge.Pulls[2].Body.Contains("templates/first.yaml", StringComparison.Ordinal), sync);

        Assert.Contains("templates/second.yaml", forge.Pulls[2].Body, StringComparison.Ordinal);
        Assert.Equal(3, forge.Pulls.Count);
        Assert.Empty(forge.Refusals);
    }

    [Fact]
    public async Task A_forge_that_fails_stops_no_commit_and_no_push_and_is_told()
    {
        await using var forge = await StartForgeAsync(ForgeKind.Gitea);
        forge.Fail(401);
        await using var sync = Start(Reviewing(ForgeKind.Gitea, forge));

        await UntilReadyzAsync(sync, "prod review failed, retried: Gitea at 127.0.0.1 refused the token");
        Load("meanwhile");

        await UntilAsync(() => Remote.Try([], "cat-file", "-e", $"{Drift}:clusters/prod/{TemplatePath("meanwhile")}").Code == 0, sync);
        Assert.Equal(200, (await sync.ReadyAsync()).Code);
    }

    private static async Task<ForgeServer> StartForgeAsync(ForgeKind kind) => await ForgeServer.StartAsync(kind);

    private string Reviewing(ForgeKind kind, ForgeServer forge)
    {
        File.WriteAllText(Folder.File("forge-token"), ForgeServer.Token + "\n");
        return Config(more: $$"""
            mode: review
            review: {provider: {{kind.ToString().ToLowerInvariant()}}, baseUrl: "{{forge.Address}}", repository: {{forge.Repository}}, tokenFile: "{{Folder.File("forge-token")}}", caFile: "{{forge.CaFile}}"}
            """);
    }

    // What the button of a forge does.
    private void Merge(ForgePull pull, string how)
    {
        InClone(git =>
        {
            git.Run("merge", "--quiet", how, "-m", "Merge", $"origin/{pull.Head}");
            if (how == "--squash")
            {
                git.Run("commit", "--quiet", "-m", "Squashed");
            }
        });
        (pull.IsOpen, pull.IsMerged) = (false, true);
    }

    private void InClone(Action<GitProgram> work)
    {
        using var clone = new TestDirectory();
        new GitProgram(clone.Path).Run("clone", "--quiet", Folder.File("remote.git"), "work");
        var git = new GitProgram(clone.File("work"));
        work(git);
        git.Run("push", "--quiet", "origin", "HEAD:main");
    }

    private bool Follows(string commit) => Remote.Try([], "merge-base", "--is-ancestor", commit, Drift).Code == 0;

    private string Sha(string revision) => Remote.Run("rev-parse", revision).Trim();

    private static Task UntilAsync(Func<bool> arrived, SyncProcess sync) => SyncedCluster.UntilAsync(arrived, () => sync.Log);
}
