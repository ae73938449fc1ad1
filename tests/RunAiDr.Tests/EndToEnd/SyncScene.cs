using System.Text.Json.Nodes;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Core.Sync;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>
/// The sample installation behind a wire that may fail, an empty remote, and what every test of <c>runai-dr sync</c>
/// ends with: the history is right and complete.
/// </summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync.
public abstract class SyncScene : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly HashSet<string> _tips = new(StringComparer.Ordinal);

    private protected TestDirectory Folder { get; } = new();

    private protected EndToEndCluster Cluster { get; private set; } = null!;

    private protected TcpFront Front { get; private set; } = null!;

    private protected GitProgram Remote { get; private set; } = null!;

    private protected GitProgram Local => new(Folder.File("dr.git"));

    public async Task InitializeAsync()
    {
        CommandLineWatch.Begin();
        Cluster = await EndToEndCluster.SampleAsync(("nobody", new SandboxUser("nobody")));
        Front = new TcpFront(Cluster.Sandbox.Address);
        await BehindAsync(Cluster.Kubeconfig, "kubeconfig", Front.Port);
        new GitProgram(Folder.Path).Run("init", "--quiet", "--bare", "--initial-branch", "main", "remote.git");
        Remote = new GitProgram(Folder.File("remote.git"));
    }

    public async Task DisposeAsync()
    {
        await Front.DisposeAsync();
        await Cluster.DisposeAsync();
        CleanUp();
        try
        {
            EndToEndCanaries.AssertNoneLeft(Folder.Path, []);
        }
        finally
        {
            Folder.Dispose();
        }
    }

    private protected virtual void CleanUp()
    {
    }

    private protected static string TemplatePath(string name) => $"templates/{name}.yaml";

    /// <summary>Writes a kubeconfig that leads to another port, and gives its path.</summary>
    private protected async Task<string> BehindAsync(string kubeconfig, string name, int port)
    {
        var text = await File.ReadAllTextAsync(kubeconfig);
        await File.WriteAllTextAsync(
            Folder.File(name), text.Replace($":{Cluster.Sandbox.Address.Port}", $":{port}", StringComparison.Ordinal));
        return Folder.File(name);
    }

    private protected string Config(
        string cluster = "prod", string? kubeconfig = null, string? remote = null, string settle = "100ms", string more = "") => $$"""
        cluster: {{cluster}}
        kubeconfig: "{{kubeconfig ?? Folder.File("kubeconfig")}}"
        repository: dr.git
        sync: {settle: {{settle}}}
        remote: {url: "{{remote ?? Folder.File("remote.git")}}"}
        {{more}}
        """;

    private protected SyncProcess Start(string? config = null) => SyncProcess.Start(Folder.Path, config ?? Config());

    /// <summary>Starts another writer, with a repository of its own.</summary>
    private protected SyncProcess StartIn(string name, string config)
    {
        Directory.CreateDirectory(Folder.File(name));
        return SyncProcess.Start(Folder.File(name), config);
    }

    private protected void Load(string name, string value = "value 1")
    {
        var template = Given.ConfigMap("runai", name, value);
        template.Metadata["labels"] = new JsonObject { ["runai/template"] = "true" };
        Cluster.Sandbox.Load(template.Body);
    }

    private protected void Storm(Random random)
    {
        var template = Given.ConfigMap("runai", $"storm-{random.Next(40)}", $"value {random.Next()}");
        template.Metadata["labels"] = new JsonObject { ["runai/template"] = random.Next(4) == 0 ? "false" : "true" };
        Cluster.Sandbox.Load(template.Body);
        Cluster.Sandbox.Load(Given.Binding("runai-vision", $"storm-{random.Next(10)}", "view", $"user-{random.Next()}").Body);
    }

    private protected async Task StormAsync(Random random, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Storm(random);
            await Task.Delay(15, CancellationToken.None);
        }
    }

    /// <summary>Makes the remote refuse, or wait before it does anything; null lets it work again.</summary>
    private protected async Task HookAsync(string? script)
    {
        var hook = Folder.File("remote.git/hooks/pre-receive");
        File.Delete(hook);
        if (script is not null)
        {
            await File.WriteAllTextAsync(hook, $"#!/bin/sh\n{script}\n");
            await EndToEndPrograms.RunAsync(Folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "chmod", "+x", hook);
        }
    }

    private protected bool RemoteHas(string name, string cluster = "prod") =>
        Remote.Try([], "cat-file", "-e", $"main:clusters/{cluster}/{TemplatePath(name)}").Code == 0;

    private protected async Task UntilRemoteAsync(string name, SyncProcess sync)
    {
        await SyncedCluster.UntilAsync(() => RemoteHas(name), () => $"{name} did not arrive\n{sync.Log}");
        NoteTip();
    }

    /// <summary>What the remote has now must still be in its history in the end.</summary>
    private protected void NoteTip() => _tips.Add(Remote.Run("rev-parse", "main").Trim());

    private protected static Task UntilReadyzAsync(SyncProcess sync, string text) => SyncedCluster.UntilAsync(
        () => sync.ReadyAsync().GetAwaiter().GetResult().Text.Contains(text, StringComparison.Ordinal),
        () => $"{sync.ReadyAsync().GetAwaiter().GetResult().Text}\n{sync.Log}");

    /// <summary>Waits until a full export of the cluster finds nothing that the remote lacks, and the local side has it too.</summary>
    private protected async Task UntilCompleteAsync(SyncProcess sync, string local = "dr.git")
    {
        using var check = new TestDirectory();
        var dr = Processes.At(check.Path);
        new GitProgram(check.Path).Run("clone", "--quiet", "--bare", Folder.File("remote.git"), "dr.git");
        var git = new GitProgram(check.File("dr.git"));
        await File.WriteAllTextAsync(check.File("runai-dr.yaml"), $"cluster: prod\nrepository: dr.git\nkubeconfig: {Cluster.Kubeconfig}\n");
        Ended drift;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        do
        {
            await Task.Delay(200, CancellationToken.None);
            git.Run("fetch", "--quiet", "origin", "+main:main");
            drift = await dr.RunAsync("drift", "--exit-code");
        }
        while (drift.Code != 0 && !limit.IsCancellationRequested);

        Assert.True(drift.Code == 0, $"{drift.Output}{drift.Error}\n{sync.Log}");
        await SyncedCluster.UntilAsync(() => TreeOf(Remote) == TreeOf(new GitProgram(Folder.File(local))), () => sync.Log);
        AssertComplete(local);
    }

    /// <summary>The history is one line of sound commits, nothing that was in it has gone, and both sides have it.</summary>
    private protected void AssertComplete(string local = "dr.git")
    {
        new GitProgram(Folder.File(local)).AssertSound();
        Remote.AssertSound();
        Assert.Empty(Remote.Lines("rev-list", "--min-parents=2", "main"));
        Assert.All(_tips, tip => Assert.Equal(0, Remote.Try([], "merge-base", "--is-ancestor", tip, "main").Code));
        Assert.Equal(TreeOf(Remote), TreeOf(new GitProgram(Folder.File(local))));
    }

    private static string TreeOf(GitProgram git) => git.Run("rev-parse", "main:clusters/prod");
}
