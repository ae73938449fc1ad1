using System.Text;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Secrets;
using RunAiDr.Core.Yaml;

namespace RunAiDr.Core.Rehydration.Parts;

/// <summary>A Helm release, installed from its saved chart version and values.</summary>
internal sealed class ReleasePart(SavedRelease release, RestoreTools tools, RehydrationOptions options) : IRestorePart
{
    public RestorePhase Phase => PhaseOf(release);

    public string Name => $"release {release.Namespace}/{release.Name}";

    public TimeSpan? Estimate => Durations.Release;

    public static RestorePhase PhaseOf(SavedRelease release) =>
        release.IsControlPlane ? RestorePhase.ControlPlane : RestorePhase.Cluster;

    public async Task<PartPlan> PlanAsync(CancellationToken ct)
    {
        if (WhyNot() is { } check)
        {
            var wanted = options.WithoutSecrets && check.Subject == "secrets" ? check with { Result = CheckResult.Warning } : check;
            return new(PlannedAction.Skip, [wanted], check.Finding);
        }

        return await tools.Helm.PlanAsync(Install(options.Owns(Phase)), ct);
    }

    public Task<PartOutcome> RunAsync(IProgress<PartProgress> progress, bool owns, CancellationToken ct) =>
        WhyNot() is { } check
            ? Task.FromResult(new PartOutcome(ApplyAction.Skipped, check.Finding))
            : tools.Helm.InstallAsync(Install(owns), progress, ct);

    private PlanCheck? WhyNot()
    {
        if (tools.Charts.Of(release) is null)
        {
            return new(
                $"chart {release.Name}",
                CheckResult.Blocked,
                $"nobody says where chart {release.Chart} {release.ChartVersion} is",
                $"Set charts.{(release.IsControlPlane ? "controlPlane" : "cluster")} in the configuration, or leave the phase out with --skip {PhaseNames.Of(Phase)}.");
        }

        if (SecretFilling.MisfitsIn(release.Values, options.Secrets).ToArray() is { Length: > 0 } misfits)
        {
            return ContentChecks.Misfit(misfits);
        }

        var missing = SecretFilling.NamesIn(release.Values).Where(name => !options.Secrets.ContainsKey(name)).ToArray();
        return missing.Length == 0 ? null : new(
            "secrets",
            CheckResult.Blocked,
            $"{missing.Length} values of {HelmReleaseFile.ValuesPath(release.Name)} are not supplied",
            "Supply the values, or leave the release out with --without-secrets.")
        { Items = missing };
    }

    private ReleaseInstall Install(bool owns) => new()
    {
        MayChange = owns || options.Overwrite,
        Name = release.Name,
        Namespace = release.Namespace,
        Chart = release.Chart,
        ChartVersion = release.ChartVersion,
        Source = tools.Charts.Of(release) ?? "",
        Values = new SecretText(Encoding.UTF8.GetString(YamlWriter.ToBytes(SecretFilling.Fill(release.Values, options.Secrets)))),
        WaitLimit = tools.ReleaseLimit,
        DryRun = options.DryRun,
    };
}
