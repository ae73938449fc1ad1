using System.IO.Pipes;
using System.Text.Json.Nodes;
using RunAiDr.Cli;
using RunAiDr.Tests.Git.Signing;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What the ten cases do not show of <c>drift</c>: its formats, its restore points, and how it goes on.</summary>
public sealed class DriftCommandTests : IDisposable
{
    private readonly SigningKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Drift_is_told_by_project_with_a_summary_at_the_end()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await cluster.KubectlAsync("patch", "rolebinding", "runai-researcher", "-n", "runai-vision", "--type=json", "--patch-file", "drift/01-add-user-to-binding.yaml");
        await cluster.KubectlAsync("apply", "-f", "drift/08-bind-cluster-admin.yaml");

        var text = (await workspace.DoAsync(cluster, "drift")).Output.TrimEnd().Split('\n');
        var page = (await workspace.DoAsync(cluster, "drift", "--output", "markdown")).Output;
        var summary = (await workspace.AskAsync(cluster, "drift"))["summary"];

        Assert.Equal("cluster", text[0]);
        Assert.Contains("project vision (namespace runai-vision)", text);
        Assert.Contains(text, line => line.StartsWith("      subject added: User ", StringComparison.Ordinal));
        Assert.Equal("3 dangers; 2 added, 0 missing, 2 changed in 2 projects", text[^1]);
        Assert.Contains("## Project `vision` (namespace `runai-vision`)", page, StringComparison.Ordinal);
        Assert.Contains("  - **DANGER** `binds to cluster-admin`", page, StringComparison.Ordinal);
        Assert.Contains("```diff\n", page, StringComparison.Ordinal);
        Assert.Equal((3, 2), ((int)summary!["dangers"]!, (int)summary["projects"]!));
    }

    [Fact]
    public async Task A_remote_branch_is_a_restore_point_too()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        workspace.Git.Run("update-ref", "refs/remotes/origin/seen", "main");
        await cluster.KubectlAsync("label", "namespace", "runai-vision", "more=labels");
        await workspace.DoAsync(cluster, "export");

        await workspace.DoAsync(cluster, "drift", "--exit-code");
        var seen = (await workspace.RunAsync(cluster, "drift", "origin/seen", "--exit-code")).Expect(3);

        Assert.Contains("label more added: labels", seen.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_point_that_nobody_signed_is_told_and_where_it_matters_refused()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export", "--tag", "p");
        _keys.Ssh();
        var config = await File.ReadAllTextAsync(workspace.File("runai-dr.yaml"));
        await File.WriteAllTextAsync(workspace.File("runai-dr.yaml"), config + $"\nsignatures: {{allowedSignersFile: {_keys.Allow("alice")}}}\n");

        var told = (await workspace.RunAsync(cluster, "drift", "p")).Expect(0);
        await File.WriteAllTextAsync(workspace.File("runai-dr.yaml"), config + $"\nsignatures: {{allowedSignersFile: {_keys.Allow("alice")}, required: true}}\n");
        var refused = (await workspace.RunAsync(cluster, "drift", "p")).Expect(8);

        Assert.Contains("Warning: tag dr/prod/p is not signed", told.Error, StringComparison.Ordinal);
        Assert.Contains("No drift from restore point", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_tells_each_change_as_a_line_and_ends_well()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var reader = new StreamReader(new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle));
        using var stop = new CancellationTokenSource();
        var line = new CommandLine(workspace.Dr.Context with { Output = new StreamWriter(pipe) });

        var watch = line.InvokeAsync(["drift", "--watch", "--interval", "1", "-o", "json", "--kubeconfig", cluster.Kubeconfig], stop.Token);
        var first = JsonNode.Parse((await reader.ReadLineAsync())!)!;
        await cluster.KubectlAsync("label", "namespace", "runai-vision", "more=labels");
        var second = JsonNode.Parse((await reader.ReadLineAsync())!)!;
        await stop.CancelAsync();

        Assert.Empty(first["differences"]!.AsArray());
        Assert.Equal("namespaces/runai-vision/namespace.yaml", (string?)Assert.Single(second["differences"]!.AsArray())!["path"]);
        Assert.Equal(0, await watch);
    }

    [Theory]
    [InlineData("no end that --exit-code", "--watch", "--exit-code")]
    [InlineData("text or json only", "--watch", "--output", "yaml")]
    [InlineData("from 1 to 86400", "--watch", "--interval", "0")]
    [InlineData("does not print csv", "--output", "csv")]
    public async Task What_makes_no_sense_is_refused(string reason, params string[] options)
    {
        using var workspace = await EndToEndWorkspace.InitAsync();

        var ended = (await workspace.Dr.RunAsync(["drift", .. options])).Expect(2);

        Assert.Contains(reason, ended.Error, StringComparison.Ordinal);
    }
}
