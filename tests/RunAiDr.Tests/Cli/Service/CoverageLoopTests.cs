using System.CommandLine;
using RunAiDr.Cli;
using RunAiDr.Cli.Service;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Cli.Service.Web;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Cli.Service;

/// <summary>When the service surveys what is protected, and what it keeps of it.</summary>
public sealed class CoverageLoopTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SkippingTime _clock = new(Start);
    private readonly LogLines _log = new();
    private readonly List<TimeSpan> _asked = [];
    private EndToEndCluster _cluster = null!;
    private EndToEndWorkspace _workspace = null!;

    public async Task InitializeAsync()
    {
        _cluster = await EndToEndCluster.SampleAsync(("nobody", new SandboxUser("nobody")));
        _workspace = await EndToEndWorkspace.InitAsync();
        await _workspace.DoAsync(_cluster, "export");
    }

    public async Task DisposeAsync()
    {
        _workspace.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task It_waits_for_the_first_export_looks_once_more_for_what_is_not_saved_and_then_every_hour()
    {
        var status = await RunAsync(_cluster.Kubeconfig, time => time > 2, until: 6);

        Assert.Equal([0, 15, 30, 45, 45 + 3600, 45 + 7200], _asked.Select(time => time.TotalSeconds));
        Assert.Null(status.Failure);
        Assert.Equal(5, status.Newest?.Unprotected);
        Assert.Equal(5, status.Newest?.Gaps.Count);
        Assert.Equal(1, _log.Text.Split("nothing protects 5 resources of ").Length - 1);
    }

    [Fact]
    public async Task What_is_saved_a_moment_later_is_no_gap()
    {
        await _cluster.KubectlAsync("create", "rolebinding", "more", "-n", "runai-vision", "--clusterrole=view", "--user=bob");
        var gaps = new List<int>();

        var status = await RunAsync(
            _cluster.Kubeconfig,
            (time, loop) =>
            {
                if (time == 2)
                {
                    gaps.Add(loop.Status().Newest?.Unprotected ?? 0);
                    _workspace.DoAsync(_cluster, "export").GetAwaiter().GetResult();
                }

                return true;
            },
            until: 3);

        Assert.Equal([6], gaps);
        Assert.Equal(5, status.Newest?.Unprotected);
    }

    [Fact]
    public async Task A_failure_is_told_and_tried_again_less_and_less_often()
    {
        var status = await RunAsync(_cluster.KubeconfigOf("nobody"), _ => true, until: 3);

        Assert.Equal([0, 300, 900], _asked.Select(time => time.TotalSeconds));
        Assert.Null(status.Newest);
        Assert.StartsWith("[-]prod coverage could not be surveyed, retried: ", Assert.Single(status.Lines()), StringComparison.Ordinal);
        Assert.Contains("5028 prod: the coverage could not be surveyed: ", _log.Text, StringComparison.Ordinal);
    }

    private Task<CoverageStatus> RunAsync(string kubeconfig, Func<int, bool> hasExported, int until) =>
        RunAsync(kubeconfig, (time, _) => hasExported(time), until);

    /// <summary>Runs until it has wanted to survey so many times; the last one it is stopped in.</summary>
    private async Task<CoverageStatus> RunAsync(string kubeconfig, Func<int, CoverageLoop, bool> hasExported, int until)
    {
        var (globals, root) = (new GlobalOptions(), new RootCommand());
        globals.AddTo(root);
        var invocation = new Invocation(root.Parse(["--kubeconfig", kubeconfig]), globals, _workspace.Dr.Context);
        using var stop = new CancellationTokenSource();
        CoverageLoop? self = null;
        using var loop = new CoverageLoop(Session.Open(invocation), _clock, _log)
        {
            HasExported = () =>
            {
                _asked.Add(_clock.GetUtcNow() - Start);
                if (_asked.Count == until)
                {
                    stop.Cancel();
                }

                return hasExported(_asked.Count, self!);
            },
        };
        self = loop;
        await loop.RunAsync(stop.Token);
        return loop.Status();
    }
}
