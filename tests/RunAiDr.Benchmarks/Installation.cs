using RunAiDr.Core.Scopes;

namespace RunAiDr.Benchmarks;

/// <summary>How runai-dr is configured for the generated installation.</summary>
internal static class Installation
{
    public const string Cluster = "bench";

    private static readonly string ScopeFile = Path.Combine(AppContext.BaseDirectory, "scope.yaml");

    public static Scope ReadScope() => Scope.Parse(File.ReadAllText(ScopeFile), ScopeFile);

    /// <summary>Writes a configuration and gives the arguments that name it and the server.</summary>
    public static async Task<string[]> ConfigureAsync(ApiServer server, string repository, string more, CancellationToken ct)
    {
        var path = Path.ChangeExtension(repository, ".yaml");
        await File.WriteAllTextAsync(
            path, $"cluster: {Cluster}\nrepository: {repository}\nscope: {ScopeFile}\n{more}\n", ct);
        return ["--config", path, "--kubeconfig", server.Kubeconfig];
    }

    /// <summary>Runs a command of runai-dr in a process of its own.</summary>
    public static async Task<ChildProcess> RunAsync(
        string command, ApiServer server, string repository, CancellationToken ct) => await ChildProcess.RunAsync(
            "dotnet",
            [ChildProcess.RunAiDr, .. command.Split(' '), .. await ConfigureAsync(server, repository, "", ct)],
            ct);
}
