namespace RunAiDr.Core.Runbook;

/// <summary>What is left to people, what to do when it stops, and how long it takes.</summary>
internal static class AfterSection
{
    public static IEnumerable<string> Lines(RunbookFacts facts) =>
    [
        "## What rehydrate leaves to you",
        "",
        .. ClusterAdmins(facts),
        .. Compared(facts),
        "- What only the new cluster has stays. What exists there and differs is left alone, and named, unless you add",
        "  `--overwrite`.",
        "- Workloads that ran are not restored, and neither is the data on volumes of projects.",
        "- Certificates, DNS, ingress controller, operators and images: step 3.",
        "",
        "## When it stops half way",
        "",
        "Run the same command again. It looks at what the target has and goes on from there; what is done stays done, and a",
        "release that was left pending is taken over. Nothing has to be cleaned up first. Resources belong to the target once",
        "their phases are done: what was changed there since is named as a conflict and left alone.",
        "",
        "- A check of `plan` is blocked: its line says what to do. Plan again.",
        $"- A release does not become ready: `kubectl --context {ShellWord.New} get pods,events -n <namespace>`. Mostly images, the",
        "  pull secret, a storage class or a node label. Mend it and run the command again.",
        "- A volume is not there in time: it is waited for up to 30 minutes, for a large one longer by its size. A `csi.timeout`",
        "  in the configuration that is longer prolongs that. The storage goes on meanwhile; run the command again.",
        "- The database lacks what was saved: do not let people in. Choose another checkpoint, or see what `verify --data` calls",
        "  `missing`. What it calls `expected` is no reason: rows that came after.",
        "- Only one part is to be done again: `--only <phase>` with a name of the table below, and `--into-existing`.",
        "",
        "## Phases, and how long they take",
        "",
        "A rule of thumb; `plan` has the sizes of the checkpoint, and the report of a rehearsal what it really took.",
        "",
        .. Markdown.Table(["phases", "what happens", "how long"], Phases(facts)),
    ];

    private static IEnumerable<string> ClusterAdmins(RunbookFacts facts) => facts.ClusterAdmins.Count == 0
        ? ["- Bindings to `cluster-admin` are never made by it. None was exported."]
        : [$"- Bindings to `cluster-admin` are never made by it: {Markdown.Codes(facts.ClusterAdmins)}. Make by hand those that are meant."];

    private static IEnumerable<string> Compared(RunbookFacts facts)
    {
        if (facts.ComparedKinds.Where(kind => !kind.StartsWith("clusterrolebindings.", StringComparison.Ordinal)).ToArray() is { Length: > 0 } kinds)
        {
            yield return $"- {Markdown.Codes(kinds)} come back from the control plane's database once the cluster is connected; they are compared, not applied.";
        }
    }

    private static IEnumerable<string[]> Phases(RunbookFacts facts)
    {
        var (controlPlane, others) = (facts.Charts.Count(chart => chart.IsControlPlane), facts.Charts.Count(chart => !chart.IsControlPlane));
        yield return ["`crds`, `namespaces`, `secrets`, `classes`", "what everything else stands on", "seconds"];
        yield return ["`volumes`", "claims from the snapshots of database and metrics", "30 s and the size of each volume by 100 MB/s (100 GB: 17 minutes); up to 30 minutes or more, by size"];
        yield return ["`control-plane`", "its chart, until every workload is ready", Minutes(controlPlane)];
        yield return ["`database`", "a dump is restored; whatever it is, it is compared with its fingerprint", "the size of the dump by 10 MB/s (1 GB: 2 minutes)"];
        yield return ["`metrics`", "looked at", "seconds"];
        yield return ["`project-namespaces`", $"{facts.Counts.ProjectNamespaces} namespaces and their secrets", "seconds"];
        yield return ["`cluster`", "its chart, with the same `cluster.uid`", Minutes(others)];
        yield return ["`foundations`, `configuration`, `runaiconfig`, `bindings`, `rest`, `admission`", "the other resources", Resources(facts.Counts.Applied)];
        yield return ["then", "the control plane brings back its projects, and the result is compared", "up to 5 minutes"];
    }

    private static string Minutes(int charts) => charts == 0 ? "no release was exported" : $"about {5 * charts} minutes";

    private static string Resources(int count) =>
        count <= 6000 ? "100 resources a second: less than a minute" : $"100 resources a second: about {(count + 5999) / 6000} minutes";
}
