using System.Diagnostics;
using System.Globalization;
using RunAiDr.Sandbox;

namespace RunAiDr.Benchmarks;

/// <summary>The sandbox in a process of its own, so that its memory and its garbage are not the exporter's.</summary>
internal static class SandboxProcess
{
    private const string Ready = "ready";

    /// <summary>Starts this program again as a server that holds a share of the sample.</summary>
    public static async Task<ApiServer> StartAsync(string folder, double share, CancellationToken ct)
    {
        var kubeconfig = Path.Combine(folder, $"{Path.GetRandomFileName()}.kubeconfig");
        var process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(SandboxProcess).Assembly.Location, "serve", kubeconfig, share.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        }) ?? throw new InvalidOperationException("the sandbox did not start");
        return await process.StandardOutput.ReadLineAsync(ct) == Ready
            ? new ApiServer(kubeconfig, process)
            : throw new InvalidOperationException("the sandbox ended before it was ready");
    }

    /// <summary>Serves until standard input ends, as it does with the program that started this one.</summary>
    public static async Task<int> ServeAsync(string kubeconfig, double share, CancellationToken ct)
    {
        await using var server = await SandboxServer.StartAsync(new SandboxOptions { Clock = TimeProvider.System }, ct);
        foreach (var resource in SampleResources.All(share))
        {
            server.Load(resource.Body);
        }

        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig, ct);
        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync(ct);
        return 0;
    }
}
