namespace RunAiDr.Core.Runbook;

/// <summary>Which charts are needed, and where they are looked for.</summary>
internal static class ChartSection
{
    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        if (facts.Charts.Count == 0)
        {
            return
            [
                "## 4. Lay out the charts",
                "",
                "The export found no Helm release, so there is none to install and none to secure. If Run:ai runs here, its releases have",
                "other names or namespaces than the scope file says: correct `helm` there and export again. Until then, install Run:ai",
                "by its own documentation, the control plane first.",
                "",
            ];
        }

        return
        [
            "## 4. Lay out the charts",
            "",
            "`rehydrate` installs the saved versions and no other. The configuration says where they are: a `.tgz` or a folder (path",
            "relative to the file), `repository/chart`, the URL of a chart repository, or `oci://`.",
            "",
            .. Markdown.Table(
                ["key in `runai-dr.yaml`", "chart", "version"],
                facts.Charts.Select(chart => new[]
                {
                    chart.IsControlPlane ? "`charts.controlPlane`" : "`charts.cluster`", Markdown.Code(chart.Chart), Markdown.Code(chart.Version),
                })),
            .. Markdown.Block("sh",
            [
                "read -rs key    # the API key of NGC; charts before 2.25 may be in Run:ai's older repositories only",
                "printf %s \"${key:?}\" | helm repo add runai https://helm.ngc.nvidia.com/nvidia/runai --force-update --username '$oauthtoken' --password-stdin",
                .. facts.Charts.Select(chart =>
                    $"helm pull {Markdown.Word($"runai/{chart.Chart}")} --version {Markdown.Word(chart.Version)}"),
            ]),
            "Air-gapped, the archives came with the installation package. Keep a copy of both beside the dumps: on the day you need",
            "them the repository may not have these versions any more.",
            "",
        ];
    }

    /// <summary>The part of the configuration that says where the charts are.</summary>
    public static IEnumerable<string> Configuration(RunbookFacts facts)
    {
        if (facts.Charts.Count == 0)
        {
            yield break;
        }

        yield return "charts:";
        if (facts.ControlPlane is { } controlPlane)
        {
            yield return $"  controlPlane: {Archive(controlPlane)}";
        }

        if (facts.ClusterChart is { } cluster)
        {
            yield return $"  cluster: {Archive(cluster)}";
        }
    }

    private static string Archive(ChartFacts chart) => Markdown.Scalar($"{chart.Chart}-{chart.Version}.tgz");
}
