using System.CommandLine;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Cli.Restoring;
using RunAiDr.Core;
using RunAiDr.Core.Comparison;
using RunAiDr.Core.State;

namespace RunAiDr.Cli.Commands;

internal sealed class DriftCommand : OperatorCommand
{
    private readonly Argument<string?> _reference = new("ref")
    {
        Description = "What to compare with [default: the last restore point]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _exitCode = new("--exit-code")
    {
        Description = "End with exit code 3 when there is drift",
    };

    private readonly Option<bool> _patch = new("--patch", "-p")
    {
        Description = "Show the changed lines too",
    };

    private readonly Option<bool> _watch = new("--watch", "-w")
    {
        Description = "Go on comparing until interrupted, and show the drift each time it changes; with json one line each",
    };

    private readonly Option<int> _interval = new("--interval")
    {
        Description = "Seconds between two comparisons of --watch",
        HelpName = "seconds",
        DefaultValueFactory = _ => 30,
    };

    public DriftCommand()
        : base(
            "drift",
            "Show how the live cluster differs from a restore point, by project; prints markdown too.",
            "runai-dr drift",
            "runai-dr drift before-upgrade --patch",
            "runai-dr drift origin/main --output markdown",
            "runai-dr drift --exit-code --output json",
            "runai-dr drift --watch")
    {
        Arguments.Add(_reference);
        Options.Add(_exitCode);
        Options.Add(_patch);
        Options.Add(_watch);
        Options.Add(_interval);
    }

    public override IReadOnlyList<OutputFormat> Formats => [.. base.Formats, OutputFormat.Markdown];

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (invocation.Get(_watch))
        {
            return await WatchAsync(invocation, ct);
        }

        using var session = Session.Open(invocation);
        var observed = await ObserveAsync(invocation, session, ct);
        observed.Signature.Tell(invocation.Process);
        invocation.Printer.Result(invocation.Format, Lines(invocation, observed), observed.Page, observed.Document);
        return observed.Signature.IsRefused ? ExitCode.RestorePoint
            : invocation.Get(_exitCode) && observed.Differences.Items.Count > 0 ? ExitCode.Different : ExitCode.Success;
    }

    private async Task<int> WatchAsync(Invocation invocation, CancellationToken ct)
    {
        CheckWatch(invocation);
        using var session = Session.Open(invocation);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(invocation.Get(_interval)), invocation.Process.Clock);
        var shown = "";
        try
        {
            do
            {
                shown = await ShowNewsAsync(invocation, session, shown, ct);
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // This is how a watch ends.
        }

        return ExitCode.Success;
    }

    private async Task<string> ShowNewsAsync(Invocation invocation, Session session, string shown, CancellationToken ct)
    {
        try
        {
            var observed = await ObserveAsync(invocation, session, ct);
            var news = observed.Document().ToJsonString();
            if (news != shown)
            {
                observed.Signature.Tell(invocation.Process);
                invocation.Printer.Event(invocation.Format, Lines(invocation, observed), news);
            }

            return news;
        }
        catch (RunAiDrException fault) when (fault.Fault == Fault.ClusterUnreachable)
        {
            invocation.Printer.Failure(fault); // it may be back at the next comparison
            return shown;
        }
    }

    private void CheckWatch(Invocation invocation)
    {
        if (invocation.Get(_exitCode))
        {
            throw new RunAiDrException(Fault.Configuration, "--watch has no end that --exit-code could judge.", "Give one of them.");
        }

        if (invocation.Format is not (OutputFormat.Text or OutputFormat.Json))
        {
            throw new RunAiDrException(Fault.Configuration, "--watch prints text or json only.", "Choose one of them with --output.");
        }

        if (invocation.Get(_interval) is < 1 or > 86_400)
        {
            throw RestoreOptions.Wrong("--interval", $"{invocation.Get(_interval)}", "it has to be from 1 to 86400 seconds");
        }
    }

    private async Task<Observed> ObserveAsync(Invocation invocation, Session session, CancellationToken ct)
    {
        var reference = invocation.Get(_reference);
        var tree = session.Store.Open(session.Name, reference);
        var signature = session.CheckSignature(reference ?? tree.Id.Sha, tree.Id);
        var differences = await session.CompareAsync(tree, ct);
        return new Observed(session.Name, tree.Id, differences, Drift.Of(differences, tree, session.Scope.ProjectLabel), signature);
    }

    private IEnumerable<string> Lines(Invocation invocation, Observed observed) => observed.Differences.Items.Count == 0
        ? [$"No drift from restore point {observed.RestorePoint.Abbreviated}"]
        : DifferenceText.Lines(observed.Drift, invocation.Get(_patch));

    private sealed record Observed(
        string Cluster, CommitId RestorePoint, StateDifferences Differences, Drift Drift, SignatureCheck Signature)
    {
        public IEnumerable<string> Page() => DriftPage.Of(Cluster, RestorePoint, Drift);

        public JsonNode Document() => Signature.In(Documents.Of(new { RestorePoint, Differences = Differences.Items, Drift.Summary }));
    }
}
