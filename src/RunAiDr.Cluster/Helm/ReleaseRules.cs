using System.Text.RegularExpressions;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>
/// What a release may be called. The names come out of a commit that anybody may have made, and helm would take one that
/// begins with a hyphen for an option.
/// </summary>
internal static partial class ReleaseRules
{
    /// <summary>Null when helm may be given these names.</summary>
    public static PlanCheck? Violation(ReleaseInstall wanted) =>
        Wrong(wanted.Name, Label(), 53, "name of a release")
        ?? Wrong(wanted.Namespace, Label(), 63, "namespace")
        ?? Wrong(wanted.Chart, ChartName(), 250, "name of a chart")
        ?? Wrong(wanted.ChartVersion, SemanticVersion(), 250, "chart version");

    public static bool IsChartName(string text) => text.Length <= 250 && ChartName().IsMatch(text);

    private static PlanCheck? Wrong(string text, Regex rule, int longest, string what) =>
        text.Length <= longest && rule.IsMatch(text) ? null : new PlanCheck(
            "restore point",
            CheckResult.Blocked,
            $"\"{Visible.Text(text.Length > 80 ? text[..80] : text)}\" is no {what}",
            "Correct the release file in the restore point; nothing that helm wrote looks like this.");

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ChartName();

    [GeneratedRegex(@"\Av?\d{1,9}\.\d{1,9}\.\d{1,9}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SemanticVersion();
}
