namespace RunAiDr.Core.Runbook;

/// <summary>What is to come back, and the way there.</summary>
internal static class InstallationSection
{
    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        var cluster = facts.Info.Cluster;
        return
        [
            $"# Runbook: bring Run:ai of cluster {Markdown.Code(cluster)} back",
            "",
            "Every full export of `runai-dr` writes this page from what it exports; edits are overwritten. It describes the",
            "commit that it lies in: after step 2, read it as of the checkpoint that you restore.",
            "",
            "The way: get the tools, choose a checkpoint, make the new cluster ready, lay out the charts, collect the secrets,",
            "shut out the old cluster, then `plan`, `rehydrate`, `verify`. `plan` writes nothing and says what is still missing;",
            "run it as early as you like.",
            "",
            "## What is to come back",
            "",
            .. Markdown.Table(["", ""], Rows(facts)),
            .. Markdown.Table(
                ["Helm release", "namespace", "chart", "version"],
                facts.Charts.Select(chart => new[]
                {
                    Markdown.Code(chart.Release), Markdown.Code(chart.Namespace), Markdown.Code(chart.Chart), Markdown.Code(chart.Version),
                })).Where(_ => facts.Charts.Count > 0),
            .. ToolLines(facts),
            .. CheckpointLines(facts),
        ];
    }

    private static IEnumerable<string[]> Rows(RunbookFacts facts)
    {
        var (counts, settings) = (facts.Counts, facts.Settings);
        yield return ["cluster", Markdown.Code(facts.Info.Cluster)];
        yield return ["platform", $"{Markdown.Code(facts.Info.Distribution)}, Kubernetes {Markdown.Code(facts.Info.KubernetesVersion)}"];
        if (settings.Domain is { } domain)
        {
            yield return ["control plane", $"{Markdown.Code(domain)} (`global.domain`)"];
        }

        yield return ["projects", $"{counts.Projects}, with {counts.ProjectNamespaces} namespaces of {counts.Namespaces} in all"];
        yield return
        [
            "project namespaces",
            settings.CreatesNamespaces
                ? "made by Run:ai's project-controller; `rehydrate` restores them with their labels"
                : "not made by Run:ai (`project-controller.createNamespaces: false`): `rehydrate` makes them before the cluster is installed",
        ];
        yield return ["database", settings.ExternalDatabase switch
        {
            null => "PostgreSQL of the control plane's chart",
            "" => "a PostgreSQL of your own (`postgresql.enabled: false`)",
            var host => $"a PostgreSQL of your own at {Markdown.Code(host)} (`postgresql.enabled: false`)",
        }];
        yield return ["resources", $"about {Rounded(counts.Applied)} that are applied"];
    }

    private static IEnumerable<string> ToolLines(RunbookFacts facts) =>
    [
        "## 1. Get the tools",
        "",
        "`runai-dr` and its configuration, `git`, `helm` 3.14 or newer, `kubectl` with a context for the new cluster and, while",
        "it answers, for the old one. `pg_restore` as new as the database for a dump, `age` and its identity where dumps are",
        "encrypted. Set once in the shell; a command below that misses one of these refuses, and does not take the current",
        "context instead:",
        "",
        .. Markdown.Block("sh",
        [
            "repo=dr.git          # a clone of this repository: git clone --mirror <url> dr.git",
            "old=                 # kubectl context of the old cluster, if it still answers",
            "new=                 # kubectl context of the new cluster",
            "checkpoint=          # chosen in step 2",
        ]),
        "When the configuration was lost with the cluster, this is the least of it as `runai-dr.yaml`, for `rehydrate` and for",
        "`verify --data`. What stands in `<>` is to be filled in; take the `#` from the lines that fit, and keep one of each key:",
        "",
        .. Markdown.Block("yaml",
        [
            $"cluster: {Markdown.Scalar(facts.Info.Cluster)}",
            "repository: dr.git",
            .. ChartSection.Configuration(facts),
            .. DataConfiguration.Lines(facts),
        ]),
    ];

    private static IEnumerable<string> CheckpointLines(RunbookFacts facts) =>
    [
        "## 2. Choose a checkpoint",
        "",
        .. Markdown.Block("sh",
        [
            $"git -C {ShellWord.Repository} tag --list {Markdown.Word($"dr/{facts.Info.Cluster}/*")} --sort=-taggerdate",
            "# the newest usable recovery point of each component, and its age against its objective; while the old cluster answers:",
            $"runai-dr status --context {ShellWord.Old}",
        ]),
        "Take the newest whose snapshots are usable and that is older than the damage. `checkpoint` is the part after the last",
        "slash. Its tag says what it holds and what failed; the two files say where the data is. When the old cluster is gone,",
        "`status` cannot ask it for its snapshots: go by these, and by the checks of `plan` in step 7.",
        "",
        .. Markdown.Block("sh",
        [
            $"git -C {ShellWord.Repository} show --no-patch {ShellWord.Tag(facts.Info)}",
            $"git -C {ShellWord.Repository} show {ShellWord.Saved(facts.Info, "snapshots/database.yaml")}",
            $"git -C {ShellWord.Repository} show {ShellWord.Saved(facts.Info, "snapshots/metrics.yaml")}",
            $"git -C {ShellWord.Repository} show {ShellWord.Saved(facts.Info, RunbookPage.Path)}",
        ]),
        "Without any checkpoint, any commit can be restored, but then the database and the metrics have to come from elsewhere.",
        "",
    ];

    // One digit is enough to judge by, and the page stays as it is while resources come and go.
    private static int Rounded(int count)
    {
        var unit = 1;
        while (count / unit >= 10)
        {
            unit *= 10;
        }

        return count / unit * unit;
    }
}
