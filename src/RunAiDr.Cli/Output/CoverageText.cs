using RunAiDr.Core.Coverage;
using RunAiDr.Core.Runbook;

namespace RunAiDr.Cli.Output;

/// <summary>A coverage for people: how many for each reason, then those that were asked for.</summary>
/// <param name="cluster">The name the operator gave the cluster.</param>
/// <param name="report">What is told.</param>
/// <param name="shown">Reasons whose resources are listed.</param>
internal sealed class CoverageText(string cluster, CoverageReport report, IReadOnlyCollection<CoverageReason> shown)
{
    private const string Remedy = "templates/deploy/coverage grants listing every kind";

    public IEnumerable<string> Lines() =>
    [
        .. Counts().Text(),
        .. Groups().SelectMany(group => group.Select(item => $"  {item}").Prepend($"{group.Key.Word()}:").Prepend("")),
        .. Unknown("", "unknown:", kind => $"  {kind.Kind}: {kind.Why}"),
        "",
        Summary(),
    ];

    public IEnumerable<string> Page() =>
    [
        $"# Coverage of {Markdown.Code(cluster)} by restore point {Markdown.Code(report.RestorePoint.Abbreviated)}",
        "",
        $"{Summary()}.",
        "",
        .. Counts().Markdown(),
        .. Groups().SelectMany(group => group.Select(item => $"- {Markdown.Code($"{item}")}").Prepend("").Prepend($"## {group.Key.Word()}").Prepend("")),
        .. Unknown("", "## unknown", kind => $"- {Markdown.Code(kind.Kind)}: {kind.Why}"),
    ];

    private Table Counts() => new(
        ["reason", "resources", "meaning"],
        report.Counts().Select(count => (string[])[count.Reason.Word(), $"{count.Count}", count.Reason.Meaning()]));

    private IEnumerable<IGrouping<CoverageReason, CoverageItem>> Groups() =>
        report.Items.Where(item => shown.Contains(item.Reason)).GroupBy(item => item.Reason);

    private IEnumerable<string> Unknown(string before, string title, Func<UnlistedKind, string> line) =>
        report.Unknown.Count == 0 ? [] : [before, title, .. report.Unknown.Select(line)];

    private string Summary()
    {
        var gaps = report.Items.Count(item => item.Reason.IsGap());
        var unknown = report.Unknown.Count == 0 ? "" : $"; {report.Unknown.Count} kinds unknown: {Remedy}";
        return report.IsComplete
            ? $"Restore point {report.RestorePoint.Abbreviated} covers {cluster}: every resource is protected or has a reason not to be"
            : $"{gaps} unexplained or not saved in restore point {report.RestorePoint.Abbreviated}{unknown}";
    }
}
