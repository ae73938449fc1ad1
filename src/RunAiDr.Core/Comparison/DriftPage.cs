using RunAiDr.Core.Resources;
using RunAiDr.Core.Runbook;
using RunAiDr.Core.State;

namespace RunAiDr.Core.Comparison;

/// <summary>Drift as Markdown, for a pull request or a ticket.</summary>
public static class DriftPage
{
    public static IEnumerable<string> Of(string cluster, CommitId restorePoint, Drift drift) =>
    [
        $"# Drift of {Markdown.Code(cluster)} from restore point {Markdown.Code(restorePoint.Abbreviated)}",
        "",
        drift.Groups.Count == 0 ? "No drift." : $"{drift.Summary}.",
        "",
        .. drift.Groups.SelectMany(Section),
    ];

    private static IEnumerable<string> Section(DriftGroup group) =>
    [
        $"## {Title(group)}",
        "",
        .. group.Items.SelectMany(Item),
        "",
        .. Details([.. group.Items.SelectMany(item => item.UnifiedDiff()).Select(Visible.Text)]),
    ];

    private static string Title(DriftGroup group) => (group.Namespace, group.Project) switch
    {
        (null, _) => "Cluster",
        ({ } name, null) => $"Namespace {Markdown.Code(name)}",
        ({ } name, { } project) => $"Project {Markdown.Code(project)} (namespace {Markdown.Code(name)})",
    };

    private static IEnumerable<string> Item(StateDifference item) =>
    [
        $"- {Verb(item.Kind)} {Markdown.Code(item.Path)}",
        .. item.Dangers.Select(danger => $"  - **DANGER** {Markdown.Code(danger)}"),
        .. item.Fields.Select(field => $"  - {Markdown.Code(field.ToString())}"),
    ];

    private static IEnumerable<string> Details(IReadOnlyList<string> diff) =>
        diff.Count == 0 ? [] : ["<details><summary>Line by line</summary>", "", .. Markdown.Block("diff", diff), "</details>", ""];

    private static string Verb(DifferenceKind kind) => kind switch
    {
        DifferenceKind.Added => "added",
        DifferenceKind.Missing => "missing",
        _ => "changed",
    };
}
