using System.Diagnostics;
using RunAiDr.Sandbox;

namespace RunAiDr.Tests.Sandbox;

/// <summary>kubectl and helm take the sandbox for a cluster.</summary>
public sealed class RealClientsTests : IAsyncLifetime
{
    private const string Resources = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, namespace: team-a}
        data: {colour: green}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: viewers, namespace: team-a}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: u}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("runai-dr-clients").FullName;
    private SandboxServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(new SandboxOptions { Clock = TimeProvider.System }, CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(_folder, "kubeconfig"), _server.Kubeconfig);
        await File.WriteAllTextAsync(Path.Combine(_folder, "resources.yaml"), Resources);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Kubectl_creates_applies_changes_describes_and_deletes()
    {
        Assert.Contains("created", await RunAsync("kubectl", "create ns team-a"), StringComparison.Ordinal);
        var applied = await RunAsync("kubectl", "apply --server-side -f resources.yaml");
        Assert.Contains("configmap/settings serverside-applied", applied, StringComparison.Ordinal);
        Assert.Contains("rolebinding.rbac.authorization.k8s.io/viewers serverside-applied", applied, StringComparison.Ordinal);
        Assert.Contains("configured", await RunAsync("kubectl", "apply -f resources.yaml"), StringComparison.Ordinal);
        Assert.Contains("configmap/settings unchanged", await RunAsync("kubectl", "apply -f resources.yaml"), StringComparison.Ordinal);
        Assert.Contains("labeled", await RunAsync("kubectl", "label -n team-a configmap settings tier=web"), StringComparison.Ordinal);
        Assert.Contains("patched", await RunAsync("kubectl", "patch -n team-a configmap settings -p {\"data\":{\"size\":\"1\"}}"), StringComparison.Ordinal);
        Assert.Equal("green 1 web", await RunAsync("kubectl", "get -n team-a configmap settings -o jsonpath={.data.colour}{\"\\u0020\"}{.data.size}{\"\\u0020\"}{.metadata.labels.tier}"));
        Assert.Contains("viewers", await RunAsync("kubectl", "get rolebindings -A"), StringComparison.Ordinal);
        Assert.Contains("tier=web", await RunAsync("kubectl", "describe -n team-a configmap settings"), StringComparison.Ordinal);
        Assert.Contains("configmaps", await RunAsync("kubectl", "api-resources"), StringComparison.Ordinal);
        Assert.Contains("deleted", await RunAsync("kubectl", "delete -n team-a configmap settings"), StringComparison.Ordinal);
        Assert.Contains("deleted", await RunAsync("kubectl", "delete ns team-a"), StringComparison.Ordinal);
        Assert.DoesNotContain("team-a", await RunAsync("kubectl", "get ns"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" --server-side=false")]
    public async Task Helm_installs_upgrades_and_uninstalls(string apply)
    {
        await RunAsync("kubectl", "create ns shop");
        await RunAsync("helm", "create chart");
        Assert.Contains("STATUS: deployed", await RunAsync("helm", $"install web chart -n shop --set a=b{apply}"), StringComparison.Ordinal);
        Assert.Contains("has been upgraded", await RunAsync("helm", $"upgrade web chart -n shop --set a=c{apply}"), StringComparison.Ordinal);
        Assert.Contains("a: c", await RunAsync("helm", "get values web -n shop"), StringComparison.Ordinal);
        Assert.Contains("superseded", await RunAsync("helm", "history web -n shop"), StringComparison.Ordinal);
        Assert.Contains("web-chart", await RunAsync("kubectl", "get deployments,services -n shop"), StringComparison.Ordinal);
        Assert.Contains("uninstalled", await RunAsync("helm", "uninstall web -n shop"), StringComparison.Ordinal);
        Assert.DoesNotContain("web-chart", await RunAsync("kubectl", "get deployments,services -n shop"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string program, string arguments)
    {
        var start = new ProcessStartInfo(program, arguments.Split(' '))
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = Path.Combine(_folder, "kubeconfig");
        start.Environment["HOME"] = _folder;
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, $"{program} {arguments}: {errors}{await output}");
            return await output;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            Assert.Fail($"{program} is not on PATH: {missing.Message}");
            throw;
        }
    }
}
