namespace RunAiDr.Cluster.Helm;

/// <summary>Which <c>helm</c> program is used, and how it reaches the target.</summary>
public sealed record HelmOptions
{
    /// <summary>Name on PATH, or a path.</summary>
    public string Program { get; init; } = "helm";

    /// <summary>Path of the kubeconfig; null for helm's own rules.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Context of the kubeconfig; null for its current one.</summary>
    public string? Context { get; init; }

    /// <summary>Variables of helm's environment besides those of this process, such as <c>HELM_CACHE_HOME</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a release that a helm left pending, with its pods, has to be seen unchanged before it is taken over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);
}
