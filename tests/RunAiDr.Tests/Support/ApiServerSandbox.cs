using RunAiDr.Sandbox;

namespace RunAiDr.Tests.Support;

/// <summary>The sandbox as an API server.</summary>
public sealed class ApiServerSandbox : ApiServerFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runai-dr-test-").FullName;
    private SandboxServer _server = null!;

    public override string KubeconfigPath => Path.Combine(_folder, "kubeconfig");

    public override async Task InitializeAsync()
    {
        _server = await SandboxServer.StartAsync(new SandboxOptions { Clock = TimeProvider.System }, CancellationToken.None);
        await File.WriteAllTextAsync(KubeconfigPath, _server.Kubeconfig);
    }

    public override Task<bool> CompactAsync()
    {
        _server.Compact();
        return Task.FromResult(true);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
