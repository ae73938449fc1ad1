using System.Diagnostics;

namespace RunAiDr.Benchmarks;

/// <summary>An API server in processes of its own, which end when this is disposed.</summary>
internal sealed class ApiServer(string kubeconfig, params Process[] processes) : IAsyncDisposable
{
    public string Kubeconfig => kubeconfig;

    /// <summary>A fresh server, or the given cluster, which is not fresh when it is asked for again.</summary>
    public static async Task<ApiServer> StartAsync(BenchOptions options, string folder, CancellationToken ct) =>
        options switch
        {
            { Kubeconfig: { } given } => new ApiServer(given),
            { Assets: { Length: > 0 } assets } => await RealServer.StartAsync(assets, folder, ct),
            _ => await SandboxProcess.StartAsync(folder, 0, ct),
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
