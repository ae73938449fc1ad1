using System.Text.Json;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Cluster.Helm;

/// <summary>Finds the saved chart, and says why when it cannot be had. Credentials are those of helm's own configuration.</summary>
internal sealed class ChartSearch(HelmRun helm, Func<string, string> hide)
{
    private const string Fetch = "Check the source and the version; for a private one run \"helm repo add\" or "
        + "\"helm registry login\" first, or give a .tgz file.";

    /// <summary>No source when a check is blocked.</summary>
    public async Task<(ChartSource? Source, PlanCheck Check)> FindAsync(ReleaseInstall wanted, CancellationToken ct)
    {
        if (ChartSource.HoldsCredentials(wanted.Source))
        {
            return Blocked(
                wanted,
                "the URL of its source holds credentials",
                "Give them to \"helm repo add\" or \"helm registry login\", and the plain URL here.");
        }

        if (ChartSource.Of(wanted) is not { } source)
        {
            return Blocked(
                wanted,
                $"\"{Visible.Text(wanted.Source)}\" is no source of a chart",
                "Give an https:// repository, oci://, repository/chart, a directory or a .tgz file.");
        }

        source = await AsConfiguredAsync(source, wanted, ct);
        var shown = await ShowAsync(source, wanted, ct);
        if (!shown.Succeeded && source.Known is { } repository)
        {
            // Its list of charts may be older than the chart.
            _ = await helm.RunAsync(new HelmCall(["repo", "update", repository]), ct);
            shown = await ShowAsync(source, wanted, ct);
        }

        return shown.Succeeded
            ? Compared(wanted, source, shown)
            : Blocked(wanted, $"helm cannot have it: {Why(shown)}", Fetch);
    }

    private string Why(HelmEnd end) => end.TimedOut ? "no answer in time" : end.Reason(hide);

    private Task<HelmEnd> ShowAsync(ChartSource source, ReleaseInstall wanted, CancellationToken ct) =>
        helm.RunAsync(new HelmCall(["show", "chart", .. source.Arguments(wanted.ChartVersion)]), ct);

    // With --repo helm takes no credentials from its configuration, so a repository that it knows goes by its name.
    private async Task<ChartSource> AsConfiguredAsync(ChartSource source, ReleaseInstall wanted, CancellationToken ct)
    {
        if (source.Repository is not { } url)
        {
            return source;
        }

        var listed = await helm.RunAsync(new HelmCall(["repo", "list", "--output=json"]), ct);
        var name = listed.Succeeded && ParsedList(listed.Output) is { } repositories
            ? repositories.OfType<JsonObject>().FirstOrDefault(r => r.Text("url")?.TrimEnd('/') == url)?.Text("name")
            : null;
        return name is not null && ReleaseRules.IsChartName(name) ? new ChartSource($"{name}/{wanted.Chart}") : source;
    }

    private static JsonArray? ParsedList(byte[] json)
    {
        try
        {
            return WholeJson.Value(json) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (ChartSource? Source, PlanCheck Check) Compared(ReleaseInstall wanted, ChartSource source, HelmEnd shown)
    {
        if (Described(shown.Output) is not { } chart)
        {
            return Blocked(wanted, "its description cannot be read", Fetch);
        }

        var (name, version) = (chart.Text("name") ?? "", chart.Text("version") ?? "");
        if (name != wanted.Chart || version != wanted.ChartVersion)
        {
            return Blocked(
                wanted,
                $"the source holds {Visible.Text(name)} {Visible.Text(version)}",
                $"Give a source of {wanted.Chart} {wanted.ChartVersion}: a restore takes the saved version only.");
        }

        var isPlain = source.Repository?.StartsWith("http://", StringComparison.Ordinal) == true;
        return (source, isPlain
            ? new(
                Subject(wanted),
                CheckResult.Warning,
                "comes over a connection without TLS",
                "Use an https:// repository or a .tgz file.")
            : new(Subject(wanted), CheckResult.Ok, $"{version} can be had from {Visible.Text(wanted.Source)}"));
    }

    private static JsonObject? Described(byte[] yaml)
    {
        try
        {
            return YamlReader.Read(yaml, "Chart.yaml", Fault.NeedsOperator) as JsonObject;
        }
        catch (RunAiDrException)
        {
            return null;
        }
    }

    private static (ChartSource? Source, PlanCheck Check) Blocked(ReleaseInstall wanted, string finding, string remedy) =>
        (null, new PlanCheck(Subject(wanted), CheckResult.Blocked, finding, remedy));

    private static string Subject(ReleaseInstall wanted) => $"chart {wanted.Chart} {wanted.ChartVersion}";
}
