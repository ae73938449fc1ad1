using System.Text.Json.Nodes;
using RunAiDr.Data.Age;
using RunAiDr.Data.Sops;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Keys change: the tip is for the new ones, and nobody is told that history is.</summary>
public sealed class RekeyTests : IAsyncLifetime
{
    private EndToEndWorkspace _workspace = null!;
    private string _old = "";

    private SealingKeys Keys => new(_workspace.Path);

    public async Task InitializeAsync()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        (_workspace, _old) = await SealedWorkspace.InitAsync();
        await _workspace.DoAsync(cluster, "export");
    }

    public Task DisposeAsync()
    {
        _workspace.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task The_tip_is_for_the_new_key_alone_in_one_commit_that_says_what_stays()
    {
        var (sealedBefore, tip) = (_workspace.Files(), _workspace.Tip());
        var (identity, recipient) = await Keys.AgeAsync("new.txt");
        await Keys.NameAsync(recipient);

        var done = (await _workspace.Dr.RunAsync("rekey", "--identity", _old)).Expect(0);

        Assert.Contains("Older commits stay readable with the old keys", done.Output, StringComparison.Ordinal);
        Assert.Equal(tip, _workspace.Git.Run("rev-parse", "main~1").Trim());
        var message = _workspace.Git.Run("log", "-1", "--format=%B", "main");
        Assert.StartsWith("prod: encrypt secrets for other keys\n\n", message, StringComparison.Ordinal);
        Assert.Contains("change the passwords themselves", message, StringComparison.Ordinal);
        var after = _workspace.Files();
        Assert.Equal(sealedBefore.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(after.Where(file => sealedBefore[file.Key] != file.Value), file =>
            Assert.True(Path.GetExtension(file.Key) is ".age" or ".seal" || file.Key == "secrets/recipients.yaml", file.Key));
        Assert.Contains(recipient, _workspace.Text("secrets/recipients.yaml"), StringComparison.Ordinal);
        (await PlanAsync(identity)).Expect(0);
        Assert.Contains("no identity matched", (await PlanAsync(_old)).Expect(2).Error, StringComparison.Ordinal);
        _workspace.Git.AssertSound();
    }

    [Fact]
    public async Task Nothing_changes_for_the_same_recipients_unless_forced()
    {
        var tip = _workspace.Tip();

        var nothing = (await _workspace.Dr.RunAsync("rekey", "--identity", _old)).Expect(0);
        Assert.Equal(tip, _workspace.Tip());
        var forced = (await _workspace.Dr.RunAsync("rekey", "--identity", _old, "--force", "--output", "json")).Expect(0);

        Assert.Contains("nothing to do", nothing.Output, StringComparison.Ordinal);
        Assert.Equal(tip, _workspace.Git.Run("rev-parse", "main~1").Trim());
        var result = JsonNode.Parse(forced.Output)!;
        Assert.Equal(_workspace.Tip(), (string?)result["clusters"]![0]!["commit"]);
        Assert.True((bool)result["authenticated"]!);
        Assert.Contains("Older commits stay readable", (string)result["history"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_wrong_key_or_a_forged_value_everything_stays_as_it_was()
    {
        var (identity, recipient) = await Keys.AgeAsync("new.txt");
        await Keys.NameAsync(recipient);
        var tip = _workspace.Tip();

        (await _workspace.Dr.RunAsync("rekey", "--identity", identity)).Expect(2);
        (await _workspace.Dr.RunAsync("rekey")).Expect(2);
        (await _workspace.Dr.RunAsync("rekey", "--identity", _old, "--cluster", "other")).Expect(2);
        Assert.Equal(tip, _workspace.Tip());
        _workspace.Commit((folder, _) => File.WriteAllText(Path.Combine(folder, "secrets/values/runai-backend.macs.yaml"), "{}\n"));
        tip = _workspace.Tip();
        (await _workspace.Dr.RunAsync("rekey", "--identity", _old)).Expect(8);

        Assert.Equal(tip, _workspace.Tip());
    }

    [Fact]
    public async Task An_interrupted_rekey_leaves_the_tip_as_it_was()
    {
        var (_, recipient) = await Keys.AgeAsync("new.txt");
        await Keys.NameAsync(recipient);
        var tip = _workspace.Tip();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        (await _workspace.Dr.RunAsync(stop.Token, "rekey", "--identity", _old)).Expect(130);

        Assert.Equal(tip, _workspace.Tip());
    }

    [Fact]
    public async Task Another_program_gets_files_of_its_own_and_the_old_ones_go()
    {
        SopsStandIn.Install();
        await File.WriteAllTextAsync(
            _workspace.File("runai-dr.yaml"),
            (await File.ReadAllTextAsync(_workspace.File("runai-dr.yaml"))).Replace("secrets: {", "secrets: {encryption: sops, ", StringComparison.Ordinal));

        (await _workspace.Dr.RunAsync("rekey", "--identity", _old)).Expect(0);

        Assert.DoesNotContain(_workspace.Files().Keys, path => path.EndsWith(AgeCipher.FileExtension, StringComparison.Ordinal));
        Assert.Contains(_workspace.Files().Keys, path => path.EndsWith(SopsCipher.FileExtension, StringComparison.Ordinal));
        (await PlanAsync(_old)).Expect(0);
    }

    [Fact]
    public async Task A_cluster_that_changes_meanwhile_loses_nothing()
    {
        var (identity, recipient) = await Keys.AgeAsync("new.txt");
        await Keys.NameAsync(recipient);

        // Opening the files takes longer than a commit by hand.
        var rekeying = Task.Run(() => _workspace.Dr.RunAsync("rekey", "--identity", _old));
        _workspace.Commit((folder, _) => File.AppendAllText(Path.Combine(folder, "namespaces/runai-vision/namespace.yaml"), "# by hand\n"));
        (await rekeying).Expect(0);

        Assert.Contains("# by hand", _workspace.Text("namespaces/runai-vision/namespace.yaml"), StringComparison.Ordinal);
        (await PlanAsync(identity)).Expect(0);
    }

    private async Task<Ended> PlanAsync(string identity)
    {
        await using var fresh = await EndToEndCluster.EmptyAsync();
        return await _workspace.RunAsync(fresh, "plan", "main", "--identity", identity);
    }
}
