using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Helm;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster;

/// <summary>What the programs that the client starts see of the environment of this process.</summary>
public sealed class ChildEnvironmentOfProgramsTests : IDisposable
{
    private const string Ours = "RUNAI_DR_TEST_CANARY";
    private const string Others = "SOMEBODYS_TOKEN_CANARY";

    private readonly TestDirectory _folder = new();

    public ChildEnvironmentOfProgramsTests()
    {
        Environment.SetEnvironmentVariable(Ours, "1");
        Environment.SetEnvironmentVariable(Others, "1");
    }

    [Fact]
    public async Task Helm_gets_what_it_needs_and_what_it_is_given()
    {
        var helm = new HelmRun(
            new HelmOptions { Program = "env", Environment = new Dictionary<string, string> { ["HELM_CACHE_HOME"] = "/cache" } }, TimeProvider.System);

        var ended = await helm.RunAsync(new HelmCall([]), CancellationToken.None);

        var seen = System.Text.Encoding.UTF8.GetString(ended.Output);
        Assert.DoesNotContain("CANARY", seen, StringComparison.Ordinal);
        Assert.Contains("PATH=", seen, StringComparison.Ordinal);
        Assert.Contains("HELM_CACHE_HOME=/cache", seen, StringComparison.Ordinal);
        Assert.Contains("HELM_DRIVER=secret", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_plugin_gets_the_environment_of_the_user_and_nothing_of_ours()
    {
        var plugin = new ExecPlugin("sh", ["-c", $"env > {_folder.File("seen")}"], "v1", "test") { Info = "{}" };

        await ExecRun.OutputAsync(plugin, TimeProvider.System, CancellationToken.None);

        var seen = await File.ReadAllTextAsync(_folder.File("seen"));
        Assert.Contains(Others, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("RUNAI_DR_", seen, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Ours, null);
        Environment.SetEnvironmentVariable(Others, null);
        _folder.Dispose();
    }
}
