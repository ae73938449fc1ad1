namespace RunAiDr.Benchmarks;

/// <summary>An API server with a share of the generated installation in it.</summary>
internal static class FilledServer
{
    public static async Task<ApiServer> StartAsync(BenchOptions options, string folder, double share, CancellationToken ct)
    {
        if (options is { Kubeconfig: null, Assets: null or "" })
        {
            return await SandboxProcess.StartAsync(folder, share, ct);
        }

        var restorePoint = await RestorePointAsync(folder, share, ct);
        var server = await ApiServer.StartAsync(options, folder, ct);
        await Installation.RunAsync("rehydrate main", server, restorePoint, ct);
        return server;
    }

    /// <summary>A repository whose branch of record holds that share.</summary>
    public static async Task<string> RestorePointAsync(string folder, double share, CancellationToken ct)
    {
        await using var sandbox = await SandboxProcess.StartAsync(folder, share, ct);
        var repository = await Repositories.CreateAsync(folder, ct);
        await Installation.RunAsync("export", sandbox, repository, ct);
        return repository;
    }
}
