namespace RunAiDr.Cli.Configuration;

/// <summary>What a rehydration of a cluster needs besides the restore point.</summary>
internal sealed record RestoreConfig
{
    /// <summary>Where the chart of the control plane is: repository URL, <c>oci://</c>, <c>repository/chart</c>, directory or <c>.tgz</c>.</summary>
    public string? ControlPlaneChart { get; init; }

    /// <summary>Where the chart of the cluster is.</summary>
    public string? ClusterChart { get; init; }

    /// <summary>The helm program.</summary>
    public string HelmProgram { get; init; } = "helm";

    /// <summary>How long a release may take to be ready.</summary>
    public TimeSpan HelmTimeout { get; init; } = TimeSpan.FromMinutes(20);

    public static readonly string[] Keys = ["charts.controlPlane", "charts.cluster", "helm.program", "helm.timeout"];

    public static RestoreConfig Read(ConfigValues values, string prefix)
    {
        var defaults = new RestoreConfig();
        return new RestoreConfig
        {
            ControlPlaneChart = Chart(values, prefix + "charts.controlPlane"),
            ClusterChart = Chart(values, prefix + "charts.cluster"),
            HelmProgram = values.Text(prefix + "helm.program") ?? defaults.HelmProgram,
            HelmTimeout = values.Duration(prefix + "helm.timeout", TimeSpan.FromSeconds(1), TimeSpan.FromHours(12)) ?? defaults.HelmTimeout,
        };
    }

    // A path is relative to the configuration file, as every path in it.
    private static string? Chart(ConfigValues values, string key) => values.Text(key) is not { } source
        ? null
        : source.StartsWith('.') || source.StartsWith('/') || source.EndsWith(".tgz", StringComparison.Ordinal)
            ? values.FilePath(key)
            : source;
}
