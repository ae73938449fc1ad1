namespace RunAiDr.Core.Runbook;

/// <summary>The commands in their order, and what to look at afterwards.</summary>
internal static class RestoreSection
{
    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        var cluster = facts.ClusterChart;
        var (release, ns) = (Markdown.Word(cluster?.Release ?? "runai-cluster"), Markdown.Word(cluster?.Namespace ?? "runai"));
        return
        [
            .. OldCluster(release, ns),
            .. Commands(),
            "## 8. Look at it",
            "",
            .. Markdown.Block("sh",
            [
                $"kubectl --context \"$new\" get runaiconfig -n {ns} runai -o jsonpath='{{range .status.conditions[*]}}{{.type}}={{.status}} {{.message}}{{\"\\n\"}}{{end}}'",
                $"kubectl --context \"$new\" get pods -n {ns} | grep -E 'runai-agent|cluster-sync|assets-sync'",
                $"kubectl --context \"$new\" get pods -n {Markdown.Word(facts.ControlPlane?.Namespace ?? "runai-backend")}",
            ]),
            "- `Available=True`, and every pod `Running`. The UI may take 15 minutes until it answers.",
            "- In the UI the cluster is `Connected`; projects, departments and node pools are back; somebody of a project can log in",
            "  and start a workload.",
            "- From now on protect the new cluster: point the configuration at it, start `runai-dr sync`, make a checkpoint with",
            "  `runai-dr checkpoint`.",
            "- Destroy what you collected: `shred -u secrets.yaml old-*.yaml`.",
            "",
        ];
    }

    private static IEnumerable<string> OldCluster(string release, string ns) =>
    [
        "## 6. Shut out the old cluster",
        "",
        "Two clusters with the same `cluster.uid` must not be connected at the same time. If the old one is gone, go on.",
        "",
        "1. Stop `runai-dr sync` of the old cluster, so that its loss is not exported.",
        "2. Uninstall Run:ai's cluster release there, and wait until the UI or the API says `Disconnected`:",
        "",
        .. Markdown.Block("sh", [$"helm uninstall {release} -n {ns} --kube-context \"$old\""]).Select(line => $"   {line}".TrimEnd()),
        "3. Do **not** remove the cluster in the UI: its projects would go with it.",
        "4. Leave the old control plane's volumes and snapshots alone until step 8 is done. Where it still runs, scale it down or",
        "   take its DNS name away, so that nobody works in a database that is about to be replaced.",
        "",
    ];

    private static IEnumerable<string> Commands() =>
    [
        "## 7. Plan, rehydrate, verify",
        "",
        "Plan until nothing is blocked (exit code 0). It writes nothing.",
        "",
        .. Markdown.Block("sh", ["runai-dr plan \"$checkpoint\" --target-context \"$new\" --secrets secrets.yaml"]),
        "Rehydrate; it asks first whether this is the cluster that is meant. Exit code 0: done; 9: something was left out or",
        "refused, and the report names it; 4: something is still missing, and nothing was written.",
        "",
        .. Markdown.Block("sh", ["runai-dr rehydrate \"$checkpoint\" --target-context \"$new\" --secrets secrets.yaml"]),
        "Prove it: the resources, then the database. Exit code 0: equal; 3: the differences are listed.",
        "",
        .. Markdown.Block("sh",
        [
            "runai-dr verify \"$checkpoint\" --target-context \"$new\"",
            "runai-dr verify \"$checkpoint\" --target-context \"$new\" --data",
        ]),
    ];
}
