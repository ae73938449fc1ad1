using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using RunAiDr.Cluster;
using RunAiDr.Cluster.Connections;
using RunAiDr.Cluster.Helm;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Secrets;
using RunAiDr.Sandbox;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cluster.Helm;

/// <summary>
/// A sandbox whose workloads get ready, charts made by the test, and a real helm that keeps all its files in one folder.
/// The time of the program under test runs five times as fast.
/// </summary>
internal sealed class HelmWorld : IAsyncDisposable, IProgress<PartProgress>
{
    public const string Namespace = "shop";

    private readonly TestDirectory _folder = new();
    private readonly ConcurrentQueue<PartProgress> _steps = new();
    private readonly ConcurrentDictionary<string, PodTrouble> _troubles = new(StringComparer.Ordinal);
    private SandboxServer? _server;

    public ClusterClient Client { get; private set; } = null!;

    public HelmOptions Options { get; private set; } = null!;

    public IEnumerable<string> Steps => _steps.Select(step => step.Step);

    public SandboxServer Server => _server!;

    /// <summary>HOME of helm, and whatever else is written.</summary>
    public string Folder => _folder.Path;

    public static async Task<HelmWorld> StartAsync(string helm = "helm")
    {
        var world = new HelmWorld();
        world._server = await SandboxServer.StartAsync(
            new SandboxOptions
            {
                Clock = TimeProvider.System,
                Workloads = new SandboxWorkloads
                {
                    Delay = TimeSpan.FromMilliseconds(20),
                    Trouble = (_, name) => world._troubles.TryGetValue(name, out var trouble) ? trouble : null,
                },
            },
            CancellationToken.None);
        var kubeconfig = world._folder.File("kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, world.Server.Kubeconfig);
        world.Client = new ClusterClient(
            Kubeconfig.Load(new KubeconfigSource(kubeconfig, null, ""), TimeProvider.System), new FastClock(5));
        world.Options = new HelmOptions
        {
            Program = helm,
            Kubeconfig = kubeconfig,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["HOME"] = world.Folder,
                ["TMPDIR"] = Directory.CreateDirectory(world._folder.File("tmp")).FullName,
            },
            Patience = TimeSpan.FromSeconds(10),
        };
        world.LoadNamespace(Namespace);
        return world;
    }

    public HelmProgram Program(HelmOptions? options = null) => new(options ?? Options, Client, new FastClock(5));

    public Task<PartOutcome> InstallAsync(ReleaseInstall wanted) => Program().InstallAsync(wanted, this, CancellationToken.None);

    public Task<PartPlan> PlanAsync(ReleaseInstall wanted) => Program().PlanAsync(wanted, CancellationToken.None);

    /// <summary>Release <c>web</c> of a chart that the test has made.</summary>
    public ReleaseInstall Web(string values = "", string version = "1.0.0") => new()
    {
        Name = "web",
        Namespace = Namespace,
        Chart = "web",
        ChartVersion = version,
        Source = Path.Combine(Folder, "web"),
        Values = new SecretText(values),
        WaitLimit = TimeSpan.FromMinutes(5),
    };

    /// <summary>Makes chart <c>web</c>: one Deployment of one pod, and further templates.</summary>
    public void MakeChart(string version = "1.0.0", params (string File, string Text)[] templates)
    {
        var chart = Path.Combine(Folder, "web");
        if (Directory.Exists(chart))
        {
            Directory.Delete(chart, recursive: true);
        }

        Directory.CreateDirectory(Path.Combine(chart, "templates"));
        File.WriteAllText(Path.Combine(chart, "Chart.yaml"), $"apiVersion: v2\nname: web\nversion: {version}\n");
        foreach (var (file, text) in templates.Prepend(("templates/web.yaml", Yaml.Deployment("web"))))
        {
            File.WriteAllText(Path.Combine(chart, file), text);
        }
    }

    public void Trouble(string workload, PodTrouble trouble) => _troubles[workload] = trouble;

    public void EndTrouble(string workload) => _troubles.TryRemove(workload, out _);

    public void LoadNamespace(string name) => Load($$$"""
        {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"},"status":{"phase":"Active"}}
        """);

    public void Load(string json) => Server.Load((JsonObject)JsonNode.Parse(json)!);

    /// <summary>Runs helm itself; fails the test when helm fails.</summary>
    public async Task<string> HelmAsync(params string[] arguments)
    {
        var ended = await EndToEndPrograms.RunAsync(Folder, Environment, Options.Program, arguments);
        Assert.True(ended.Code == 0, ended.Error);
        return ended.Output;
    }

    /// <summary>Starts helm itself.</summary>
    public Process StartHelm(params string[] arguments)
    {
        var start = new ProcessStartInfo(Options.Program, arguments)
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Revisions and statuses of release <c>web</c>, oldest first.</summary>
    public async Task<string[]> HistoryAsync()
    {
        var revisions = JsonNode.Parse(await HelmAsync("history", "web", "-n", Namespace, "-o", "json"))!.AsArray();
        return [.. revisions.Select(r => $"{r!["revision"]} {r["status"]}")];
    }

    /// <summary>A script as program: it says which process it is, then becomes helm.</summary>
    public HelmOptions Traced()
    {
        var script = Script($"echo $$ > {_folder.File("pid")}.new && mv {_folder.File("pid")}.new {_folder.File("pid")}; exec {Options.Program} \"$@\"");
        return Options with { Program = script };
    }

    /// <summary>The process of helm once it upgrades; the latest that <see cref="Traced"/> has started.</summary>
    public async Task<int> UpgradingAsync()
    {
        var found = 0;
        await EventuallyAsync(async () =>
        {
            var pid = _folder.File("pid");
            if (!File.Exists(pid) || !int.TryParse((await File.ReadAllTextAsync(pid)).Trim(), out var id) || !Directory.Exists($"/proc/{id}"))
            {
                return false;
            }

            found = id;
            return (await CommandLineAsync(id)).Contains("upgrade", StringComparison.Ordinal);
        });
        return found;
    }

    public static async Task<string> CommandLineAsync(int process)
    {
        try
        {
            return await File.ReadAllTextAsync($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }

    public string Script(string text)
    {
        var file = _folder.File($"script-{text.Length}");
        File.WriteAllText(file, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return file;
    }

    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    public void Report(PartProgress value) => _steps.Enqueue(value);

    /// <summary>The API server ends.</summary>
    public async Task StopServerAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopServerAsync();
        _folder.Dispose();
    }

    private Dictionary<string, string> Environment => new(Options.Environment, StringComparer.Ordinal) { ["KUBECONFIG"] = Options.Kubeconfig! };
}
