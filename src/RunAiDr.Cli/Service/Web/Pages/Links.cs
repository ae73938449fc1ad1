namespace RunAiDr.Cli.Service.Web.Pages;

/// <summary>Addresses of the pages of one cluster; only several clusters need their names in them.</summary>
internal sealed record Links(string Cluster, IReadOnlyList<string> Clusters)
{
    public string Status => $"{Base}/";

    public string Drift => $"{Base}/drift";

    public string Checkpoints => $"{Base}/checkpoints";

    public string Coverage => $"{Base}/coverage";

    private string Base => Clusters.Count > 1 ? $"/clusters/{Uri.EscapeDataString(Cluster)}" : "";

    public string History(string? project = null, string? from = null)
    {
        List<string> query = [];
        if (!string.IsNullOrEmpty(project))
        {
            query.Add($"project={Uri.EscapeDataString(project)}");
        }

        if (from is not null)
        {
            query.Add($"from={Uri.EscapeDataString(from)}");
        }

        return $"{Base}/history{(query.Count > 0 ? "?" : "")}{string.Join('&', query)}";
    }

    public string RestorePoint(string reference) => $"{Base}/restore-points/{Escaped(reference)}";

    public string Resource(string path) => $"{Base}/resources/{Escaped(path)}";

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}
