using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>Ten things that happen to a real installation, done with the real kubectl and helm.</summary>
public sealed class DriftCasesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task Drift_and_export_show_what_changed_and_nothing_else(int number)
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");

        await DriftCase.All[number - 1].CheckAsync(cluster, workspace);
    }

    [Fact]
    public async Task A_template_is_compared_line_by_line()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await DriftCase.All[2].CheckAsync(cluster, workspace);

        var lines = workspace.Git.Lines("show", "--format=", "main").Where(line => line[0] is '+' or '-' && line[1] is not ('+' or '-'));

        Assert.Equal(["-", "-", "+"], lines.Select(line => line[..1]));
    }

    [Fact]
    public async Task A_binding_to_cluster_admin_is_marked_as_dangerous()
    {
        await using var cluster = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(cluster, "export");
        await cluster.KubectlAsync("apply", "-f", "drift/08-bind-cluster-admin.yaml");

        var drift = (await workspace.DoAsync(cluster, "drift")).Output;

        Assert.Equal(2, drift.Split("DANGER: binds to cluster-admin").Length - 1);
        Assert.Contains("DANGER: binds system:authenticated", drift, StringComparison.Ordinal);
    }
}
