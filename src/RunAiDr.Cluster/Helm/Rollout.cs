using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>How far the workloads of a release are.</summary>
internal sealed record Rollout(int Total, IReadOnlyList<string> Waiting, IReadOnlyList<string> Failed)
{
    private const int MostNamed = 3;

    public bool IsReady => Waiting.Count == 0 && Failed.Count == 0;

    public static Rollout Of(IReadOnlyList<Workload> workloads)
    {
        var seen = workloads.Select(workload => (workload, State: Readiness.Of(workload)))
            .Where(pair => !pair.State.IsReady).ToList();
        return new Rollout(
            workloads.Count,
            [.. seen.Where(pair => !pair.State.HasFailed).Select(Describe)],
            [.. seen.Where(pair => pair.State.HasFailed).Select(Describe)]);

        static string Describe((Workload Workload, Readiness State) pair) =>
            Visible.Text($"{pair.Workload.Kind.Kind} {pair.Workload.Name} ({pair.State.Missing})");
    }

    public override string ToString()
    {
        var (open, ready) = (Failed.Concat(Waiting).ToList(), Total - Waiting.Count - Failed.Count);
        var more = open.Count > MostNamed ? $" and {open.Count - MostNamed} more" : "";
        return $"{ready} of {Total} workloads ready"
            + (open.Count == 0 ? "" : $": waiting for {string.Join(", ", open.Take(MostNamed))}{more}");
    }
}
