namespace RunAiDr.Core.Runbook;

/// <summary>The commands in their order, and what to look at afterwards.</summary>
internal static class RestoreSection
{
    private const string Target = $"{ShellWord.Checkpoint} --target-context {ShellWord.New}";

    private static readonly string[][] Endings =
    [
        ["0", "done, and the resources equal the checkpoint"],
        ["3", "done and verified, but something differs; the report names it"],
        ["4", "something has to be decided or supplied first; nothing was written"],
        ["8", "there is no such checkpoint, or it cannot be restored; nothing was written"],
        ["9", "ended, but something was left out, refused or failed; the report names it"],
        ["11", "database, snapshots or metrics cannot be reached, or failed"],
        ["130", "interrupted; the same command again goes on"],
        ["others", "arguments, configuration, connection, rights or repository: the message says what to do"],
    ];

    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        var cluster = facts.ClusterChart;
        var (release, ns) = (Markdown.Word(cluster?.Release ?? "runai-cluster"), Markdown.Word(cluster?.Namespace ?? "runai"));
        return
        [
            .. OldCluster(release, ns),
            .. Commands(facts.SecretOptions),
            "## 8. Look at it",
            "",
            .. Markdown.Block("sh",
            [
                $"kubectl --context {ShellWord.New} get runaiconfig -n {ns} runai -o jsonpath='{{range .status.conditions[*]}}{{.type}}={{.status}} {{.message}}{{\"\\n\"}}{{end}}'",
                $"kubectl --context {ShellWord.New} get pods -n {ns} | grep -E 'runai-agent|cluster-sync|assets-sync'",
                $"kubectl --context {ShellWord.New} get pods -n {Markdown.Word(facts.ControlPlane?.Namespace ?? "runai-backend")}",
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
        .. Markdown.Block("sh", [$"helm uninstall {release} -n {ns} --kube-context {ShellWord.Old}"]).Select(line => $"   {line}".TrimEnd()),
        "3. Do **not** remove the cluster in the UI: its projects would go with it.",
        "4. Leave the old control plane's volumes and snapshots alone until step 8 is done. Where it still runs, scale it down or",
        "   take its DNS name away, so that nobody works in a database that is about to be replaced.",
        "",
    ];

    private static IEnumerable<string> Commands(string secrets) =>
    [
        "## 7. Plan, rehydrate, verify",
        "",
        "Plan until nothing is blocked (exit code 0). It writes nothing.",
        "",
        .. Markdown.Block("sh", [$"runai-dr plan {Target}{secrets}"]),
        "Rehydrate; it asks first whether this is the cluster that is meant.",
        "",
        .. Markdown.Block("sh", [$"runai-dr rehydrate {Target}{secrets}"]),
        .. Markdown.Table(["exit code", "rehydrate"], Endings),
        "Prove it: the resources, then the database. Exit code 0: equal; 3: the differences are listed. A database that is in use",
        "goes on: `--data` may list rows that came after the checkpoint, as `expected`. It ends with 3 only when something that",
        "was saved is missing.",
        "",
        .. Markdown.Block("sh", [$"runai-dr verify {Target}", $"runai-dr verify {Target} --data"]),
    ];
}
