using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RunAiDr.Cluster.Connections;
using RunAiDr.Core.Rehydration;

namespace RunAiDr.Cluster.Helm;

/// <summary>The version of the helm program.</summary>
/// <param name="Major">3 or 4 where it can be used.</param>
/// <param name="Check">Whether it can be used.</param>
internal sealed partial record HelmVersion(int Major, PlanCheck Check)
{
    private const string Subject = "helm";
    private const string Install = "Install helm 3.14 or newer, or helm 4, or name the program in the configuration.";

    private static readonly Version Oldest = new(3, 14);

    public static HelmVersion From(HelmEnd end, string program)
    {
        if (end.Code is ChildProgram.NotFound or ChildProgram.NotExecutable)
        {
            return Blocked($"{program} is not installed or may not be run");
        }

        var match = Number().Match(Encoding.UTF8.GetString(end.Output).Trim());
        if (!end.Succeeded || !match.Success)
        {
            return Blocked($"{program} does not tell its version");
        }

        var (major, minor) = (Part(match, "major"), Part(match, "minor"));
        return new Version(major, minor) < Oldest ? Blocked($"{program} {match.Value} is too old")
            : major > 4 ? Blocked($"{program} {match.Value} is newer than what this program knows")
            : new(major, new PlanCheck(Subject, CheckResult.Ok, $"{program} {match.Value}"));
    }

    private static HelmVersion Blocked(string finding) =>
        new(0, new PlanCheck(Subject, CheckResult.Blocked, finding, Install));

    private static int Part(Match match, string group) =>
        int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v(?<major>\d{1,4})\.(?<minor>\d{1,4})\.\d{1,4}[-+.0-9A-Za-z]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
