using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using RunAiDr.Core;
using RunAiDr.Core.Helm;
using RunAiDr.Core.Rehydration;
using RunAiDr.Core.Rehydration.Parts;
using RunAiDr.Core.Resources;

namespace RunAiDr.Cluster.Helm;

/// <summary>
/// Looks for objects that a new release would make and that exist already: helm refuses a release over those that are not
/// marked as its own, and names only the first.
/// </summary>
internal sealed class OwnershipCheck(HelmTools tools, ReleaseInstall wanted, ReleaseValues values)
{
    private const int MostManifest = 64 * 1024 * 1024;
    private const int Parallelism = 4;

    public async Task<PlanCheck> RunAsync(ChartSource source, CancellationToken ct)
    {
        var arguments = source.Arguments(wanted.ChartVersion);
        var call = new HelmCall(["template", wanted.Name, .. arguments, $"--namespace={wanted.Namespace}", "--values=-"])
        {
            Input = values.ToYaml(),
            MostOutput = MostManifest,
        };
        var end = await tools.Helm.RunAsync(call, ct);
        if (!end.Succeeded)
        {
            // No more than a warning: a chart may ask what the target is, which helm does not look at here.
            return Check(
                CheckResult.Warning,
                $"helm cannot render it: {end.Reason(values.Hide)}",
                "Check the values; with a target at hand it may go on.");
        }

        try
        {
            return Found(await ForeignAsync(HelmManifest.Objects(Encoding.UTF8.GetString(end.Output)), ct));
        }
        catch (RunAiDrException refusal) when (refusal.Fault == Fault.ClusterRefused)
        {
            return Check(CheckResult.Blocked, refusal.Message, refusal.Remedy);
        }
    }

    private PlanCheck Found(IReadOnlyCollection<string> foreign) => foreign.Count == 0
        ? Check(CheckResult.Ok, "nothing that it makes is there yet, or it may be taken over")
        : Check(
            CheckResult.Blocked,
            $"{foreign.Count} objects exist and are not of this release: helm refuses to take them over",
            "Delete them, or let helm have them: label app.kubernetes.io/managed-by=Helm, "
                + $"annotations meta.helm.sh/release-name={wanted.Name} and meta.helm.sh/release-namespace={wanted.Namespace}.") with
        {
            Items = [.. foreign.Order(StringComparer.Ordinal)],
        };

    private PlanCheck Check(CheckResult result, string finding, string? remedy = null) =>
        new($"release {wanted.Name}", result, finding, remedy);

    private async Task<IReadOnlyCollection<string>> ForeignAsync(IEnumerable<JsonObject> objects, CancellationToken ct)
    {
        var kinds = (await tools.Cluster.DiscoverAsync(ct)).DistinctBy(kind => (kind.ApiVersion, kind.Kind))
            .ToDictionary(kind => (kind.ApiVersion, kind.Kind));
        var foreign = new ConcurrentBag<string>();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct };
        await Parallel.ForEachAsync(objects, limit, async (made, token) =>
        {
            var metadata = made.Map("metadata") ?? [];
            // Helm replaces hooks, whoever made them.
            if (metadata.Map("annotations")?.ContainsKey("helm.sh/hook") == true
                || !kinds.TryGetValue((made.Text("apiVersion") ?? "", made.Text("kind") ?? ""), out var kind)
                || metadata.Text("name") is not { Length: > 0 } name)
            {
                return;
            }

            var ns = kind.Namespaced ? metadata.Text("namespace") ?? wanted.Namespace : null;
            if (await tools.Cluster.GetAsync(kind, ns, name, token) is { } live && !IsOurs(live.Map("metadata") ?? []))
            {
                foreign.Add(Visible.Text(values.Hide($"{kind.Kind} {(ns is null ? "" : ns + "/")}{name}")));
            }
        });
        return foreign;
    }

    private bool IsOurs(JsonObject metadata)
    {
        var annotations = metadata.Map("annotations") ?? [];
        return metadata.Map("labels")?.Text("app.kubernetes.io/managed-by") == "Helm"
            && annotations.Text("meta.helm.sh/release-name") == wanted.Name
            && annotations.Text("meta.helm.sh/release-namespace") == wanted.Namespace;
    }
}
