using System.Diagnostics;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Secrets;

namespace RunAiDr.Cluster.Helm;

/// <summary>Runs the helm program, towards the very server that we look at ourselves.</summary>
internal sealed class HelmRun(HelmOptions options, TimeProvider clock)
{
    private const int MostErrors = 64 * 1024;

    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TimeToDrain = TimeSpan.FromSeconds(5);

    // Its own, those of its ways to a registry and to the cluster, and those of clouds: helm runs the credential plugins of
    // a kubeconfig, and gives them what it has.
    private static readonly string[] Inherited =
    [
        "HELM_*", "DOCKER_CONFIG", "KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT",
        "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR",
        "AWS_*", "AZURE_*", "AAD_*", "GOOGLE_*", "CLOUDSDK_*", "USE_GKE_GCLOUD_AUTH_PLUGIN",
    ];

    // They would lead helm to another server or namespace than the kubeconfig does, or make it print values.
    private static readonly string[] Misleading =
    [
        "HELM_KUBEAPISERVER", "HELM_KUBEASGROUPS", "HELM_KUBEASUSER", "HELM_KUBECAFILE", "HELM_KUBECONTEXT",
        "HELM_KUBEINSECURE_SKIP_TLS_VERIFY", "HELM_KUBETLS_SERVER_NAME", "HELM_KUBETOKEN", "HELM_NAMESPACE", "HELM_DEBUG",
    ];

    /// <summary>Arguments that name the target.</summary>
    public IEnumerable<string> Target =>
    [
        .. options.Kubeconfig is { } file ? [$"--kubeconfig={file}"] : (string[])[],
        .. options.Context is { } context ? [$"--kube-context={context}"] : (string[])[],
    ];

    /// <summary>Returns when helm has ended, whatever its exit code; cancelling ends it before this throws.</summary>
    public async Task<HelmEnd> RunAsync(HelmCall call, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(call.Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        using var reading = new CancellationTokenSource();
        var (output, errors) = (new OutputTail(call.MostOutput), new OutputTail(MostErrors));
        using var process = Start(call);
        var streams = Task.WhenAll(
            output.FillAsync(process.StandardOutput.BaseStream, reading.Token),
            errors.FillAsync(process.StandardError.BaseStream, reading.Token));
        try
        {
            await FeedAsync(process, call.Input, either.Token);
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            await ChildProgram.EndAsync(process, TimeToEnd, clock);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        await DrainAsync(streams, reading);
        ct.ThrowIfCancellationRequested();
        return new HelmEnd(process.ExitCode, output.ToArray(), errors.ToArray())
        {
            TimedOut = limit.IsCancellationRequested,
        };
    }

    private Process Start(HelmCall call)
    {
        var start = ChildProgram.StartInfo(options.Program, call.Arguments);
        ChildEnvironment.Reduce(start.Environment, Inherited);
        foreach (var name in Misleading)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["HELM_DRIVER"] = "secret"; // where releases are looked for, here and by an export
        return Process.Start(start) ?? throw new RunAiDrException(
            Fault.Configuration, $"{options.Program} could not be started.", "Run it by hand to see why.");
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, ct);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended, or closed its input, without reading: its exit code tells.
        }
    }

    // A plugin that helm started may hold the streams open after helm has ended.
    private async Task DrainAsync(Task streams, CancellationTokenSource reading)
    {
        try
        {
            await streams.WaitAsync(TimeToDrain, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await reading.CancelAsync();
        }
    }
}
