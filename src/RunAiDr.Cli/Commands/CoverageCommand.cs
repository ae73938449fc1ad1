using System.CommandLine;
using System.Text.Json.Nodes;
using RunAiDr.Cli.Output;
using RunAiDr.Core.Coverage;

namespace RunAiDr.Cli.Commands;

internal sealed class CoverageCommand : OperatorCommand
{
    private readonly Argument<string?> _reference = new("ref")
    {
        Description = "What has to hold it [default: the last restore point]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _exitCode = new("--exit-code")
    {
        Description = "End with exit code 3 when something is unexplained, not saved or unknown",
    };

    private readonly Option<string[]> _show = new("--show")
    {
        Description = "List the resources with this reason too; may be given more than once",
        HelpName = "reason",
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every resource",
    };

    private readonly Option<string[]> _namespaces = new("--namespace", "-n")
    {
        Description = "Only what is in this namespace; may be given more than once",
        HelpName = "name",
    };

    private readonly Option<string[]> _projects = new("--project")
    {
        Description = "Only what is in the namespace of this project; may be given more than once",
        HelpName = "name",
    };

    public CoverageCommand()
        : base(
            "coverage",
            "Show what of Run:ai in the live cluster is protected and what is not, and why; prints markdown too.",
            "runai-dr coverage",
            "runai-dr coverage --exit-code",
            "runai-dr coverage --show excluded --project team-a",
            "runai-dr coverage --all --output markdown")
    {
        _show.AcceptOnlyFromAmong([.. Enum.GetValues<CoverageReason>().Select(reason => reason.Word())]);
        Arguments.Add(_reference);
        Options.Add(_exitCode);
        Options.Add(_show);
        Options.Add(_all);
        Options.Add(_namespaces);
        Options.Add(_projects);
    }

    public override IReadOnlyList<OutputFormat> Formats => [.. base.Formats, OutputFormat.Markdown];

    public override async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        using var session = Session.Open(invocation);
        var reference = invocation.Get(_reference);
        var tree = session.Store.Open(session.Name, reference);
        var signature = session.CheckSignature(reference ?? tree.Id.Sha, tree.Id);
        var filter = new CoverageFilter(invocation.Get(_namespaces) ?? [], invocation.Get(_projects) ?? []);
        var report = await new CoverageSurvey(session.Exporter, session.Cluster).ReadAsync(session.Name, tree, filter, ct);
        var text = new CoverageText(session.Name, report, Shown(invocation));
        signature.Tell(invocation.Process);
        invocation.Printer.Result(invocation.Format, text.Lines(), text.Page, () => signature.In(Document(report)));
        return signature.IsRefused ? ExitCode.RestorePoint
            : invocation.Get(_exitCode) && !report.IsComplete ? ExitCode.Different : ExitCode.Success;
    }

    private List<CoverageReason> Shown(Invocation invocation)
    {
        var words = invocation.Get(_show) ?? [];
        return [.. Enum.GetValues<CoverageReason>().Where(reason =>
            invocation.Get(_all) || reason.IsGap() || words.Contains(reason.Word(), StringComparer.Ordinal))];
    }

    private static JsonNode Document(CoverageReport report) => Documents.Of(new
    {
        report.RestorePoint,
        report.IsComplete,
        Counts = report.Counts().ToDictionary(count => count.Reason.Word(), count => count.Count),
        report.Unknown,
        Resources = report.Items.Select(item => new { item.Key, item.Project, Reason = item.Reason.Word(), item.Detail }),
    });
}
