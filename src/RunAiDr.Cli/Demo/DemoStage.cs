using System.Diagnostics;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Secrets;
using RunAiDr.Data.Postgres;
using RunAiDr.Sandbox;

namespace RunAiDr.Cli.Demo;

/// <summary>The two clusters of the demonstration and the folder that its commands work in.</summary>
internal sealed class DemoStage(string directory, ProcessContext process, SandboxServer lost, SandboxServer fresh, DemoDatabase? database, ScratchPostgres? replacement) : IAsyncDisposable
{
    private static readonly ResourceKind Secret = new("", "v1", "Secret", "secrets", true);

    private readonly ProcessContext _process = process with { WorkingDirectory = directory, Environment = Environments(process) };

    /// <summary>The PostgreSQL of the installation; null where the machine has none.</summary>
    public DemoDatabase? Database => database;

    /// <summary>The cluster with the Run:ai installation, lost half way through.</summary>
    public SandboxServer Lost => lost;

    public string Directory => directory;

    /// <summary>Whether releases and database can be shown: helm and PostgreSQL are on this machine.</summary>
    public bool IsComplete { get; } = database is not null && HasHelm(process);

    public TimeProvider Clock => _process.Clock;

    public static async Task<DemoStage> BuildAsync(string directory, ProcessContext process, CancellationToken ct)
    {
        var database = await StartDatabaseAsync(ct);
        var options = new SandboxOptions
        {
            Clock = process.Clock,
            Snapshots = new SandboxSnapshots(),
            PodPorts = (_, pod, _) => pod == DemoInstallation.DatabasePod ? database?.Address : null,
        };
        var lost = await SandboxServer.StartAsync(options, ct);
        var replacement = database is null
            ? null : await ScratchPostgres.StartAsync(new SecretText(DemoInstallation.DatabasePassword()), ct);
        var fresh = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = process.Clock,
                Snapshots = new SandboxSnapshots { Provisions = true },
                Workloads = new SandboxWorkloads(),
                PodPorts = (_, pod, _) => pod == DemoInstallation.DatabasePod ? replacement?.Address : null,
            },
            ct);
        foreach (var resource in DemoInstallation.Prerequisites())
        {
            fresh.Load(resource);
        }

        foreach (var resource in DemoInstallation.Resources())
        {
            lost.Load(resource);
        }

        var stage = new DemoStage(directory, process, lost, fresh, database, replacement);
        await File.WriteAllTextAsync(stage.FileOf("old.kubeconfig"), lost.Kubeconfig, ct);
        await File.WriteAllTextAsync(stage.FileOf("new.kubeconfig"), fresh.Kubeconfig, ct);
        return stage;
    }

    /// <summary>The storage outlives the cluster: the other one reaches the same snapshots.</summary>
    public void LoseCluster()
    {
        foreach (var handle in lost.StoredSnapshots.Handles)
        {
            fresh.StoredSnapshots.Add(new StoredSnapshot(handle, 1L << 30, Clock.GetUtcNow()));
        }
    }

    /// <summary>Plays the control plane, which brings its projects back once the cluster's release is there.</summary>
    public async Task BringBackAsync(CancellationToken ct)
    {
        var connection = Kubeconfig.Load(new KubeconfigSource(FileOf("new.kubeconfig"), null, ""), Clock);
        using var cluster = new ClusterClient(connection, Clock);
        while (await cluster.GetAsync(Secret, "runai", "sh.helm.release.v1.runai-cluster.v1", ct) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), Clock, ct);
        }

        foreach (var resource in DemoInstallation.BroughtBack())
        {
            fresh.Load(resource);
        }
    }

    public string FileOf(string name) => Path.Combine(directory, name);

    public void Say(string text)
    {
        _process.Output.WriteLine();
        _process.Output.WriteLine($"# {text}");
    }

    /// <summary>Shows a runai-dr command as a user would type it, and runs it.</summary>
    /// <param name="arguments">Its arguments, separated by blanks.</param>
    /// <param name="ct">Stops it.</param>
    /// <param name="environment">Variables that are set for this command only.</param>
    public async Task RunAsync(string arguments, CancellationToken ct, params KeyValuePair<string, string>[] environment)
    {
        Show(string.Concat(environment.Select(variable => $"{variable.Key}={variable.Value} ")) + $"runai-dr {arguments}");
        var own = _process with { Environment = new Dictionary<string, string>([.. _process.Environment, .. environment], StringComparer.Ordinal) };
        var code = await new CommandLine(own).InvokeAsync(arguments.Split(' '), ct);
        if (code != ExitCode.Success)
        {
            throw new RunAiDrException(
                Fault.NeedsOperator, $"The demonstration stopped: runai-dr {arguments} ended with exit code {code}", "See the lines above.");
        }
    }

    /// <summary>Shows a command as a user would type it.</summary>
    public void Show(string command) => _process.Output.WriteLine($"$ {command}");

    /// <summary>Runs a runai-dr command without showing it.</summary>
    public async Task<string> AskAsync(string arguments, CancellationToken ct)
    {
        using var output = new StringWriter();
        await new CommandLine(_process with { Output = output }).InvokeAsync(arguments.Split(' '), ct);
        return output.ToString();
    }

    /// <summary>Shows a git command and what it prints.</summary>
    public async Task GitAsync(string arguments, CancellationToken ct)
    {
        Show($"git {arguments}");
        using var git = Process.Start(new ProcessStartInfo("git", $"--no-pager {arguments}")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        }) ?? throw new InvalidOperationException("git did not start");
        _process.Output.Write(await git.StandardOutput.ReadToEndAsync(ct));
        await git.WaitForExitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await lost.DisposeAsync();
        await fresh.DisposeAsync();
        if (database is not null)
        {
            await database.DisposeAsync();
        }

        if (replacement is not null)
        {
            await replacement.DisposeAsync();
        }
    }

    private static async Task<DemoDatabase?> StartDatabaseAsync(CancellationToken ct) =>
        ScratchPostgres.IsInstalled ? await DemoDatabase.StartAsync(ct) : null;

    private static bool HasHelm(ProcessContext process) =>
        (process.Environment.GetValueOrDefault("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "helm")));

    // The operator's own settings must not turn the demonstration on a real cluster.
    private static Dictionary<string, string> Environments(ProcessContext process) =>
        process.Environment
            .Where(variable => variable.Key != "KUBECONFIG" && !variable.Key.StartsWith("RUNAI_DR_", StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
}
