using RunAiDr.Core.Resources;

namespace RunAiDr.Core.Runbook;

/// <summary>Which secret values a restore needs, where they belong, and who has them.</summary>
internal static class SecretSection
{
    public static IEnumerable<string> Lines(RunbookFacts facts)
    {
        if (facts.Secrets.Count + facts.EncryptedSecrets.Count == 0)
        {
            return ["## 5. Collect the secrets", "", "No secret was taken out of what is exported: go on without `--secrets`.", ""];
        }

        return
        [
            "## 5. Collect the secrets",
            "",
            .. Encrypted(facts),
            .. facts.Secrets.Count == 0 ? [] : ToSupply(facts),
            .. Authority(facts.Settings),
        ];
    }

    private static IEnumerable<string> Encrypted(RunbookFacts facts) => facts.Readers is { } readers && facts.EncryptedSecrets.Count > 0
        ?
        [
            $"The repository holds {facts.EncryptedSecrets.Count} values encrypted, in `secrets/`. Each of the recipients that",
            "`secrets/recipients.yaml` names can read all of them.",
            "",
            readers.UsesIdentities
                ? "Have the private key of one of them at hand as `identity.txt`: it is on no cluster and in no repository, and nothing else"
                : "Have `sops` on the path and the rights or the private key of one of them where `rehydrate` runs: nothing else",
            $"opens these values.{(facts.Secrets.Count == 0 ? " No other value is needed." : "")}",
            "",
            .. Markdown.Table(["encrypted", "belongs to"], facts.EncryptedSecrets.Select(need => new[] { Markdown.Code(need.Name), Place(need) })),
        ]
        : [];

    private static IEnumerable<string> ToSupply(RunbookFacts facts) =>
    [
        .. facts.EncryptedSecrets.Count == 0 ? FoundInRepository(facts) : Listed(facts),
        "Write each value as plain text, not as base64: `<name>: \"<value>\"`, or `<name>: |` and the lines indented below. A Secret",
        "that is on the new cluster already needs no value. Where a value cannot be had, remove its line and add",
        "`--without-secrets` in step 7: what needs it is left out and named.",
        "",
        .. Markdown.Table(["placeholder", "belongs to", "ask"], facts.Secrets.Select(need => new[]
        {
            Markdown.Code(need.Name), Place(need), SecretOwner.Of(need),
        })),
        .. OldCluster(facts),
        .. ClientSecret(facts),
    ];

    private static IEnumerable<string> Listed(RunbookFacts facts) =>
    [
        "The others it holds by name only. This makes the file to fill; it is refused, with the line, while a value is missing:",
        "",
        .. Markdown.Block("sh", ["umask 077", "cat > secrets.yaml <<'END'", .. facts.Secrets.Select(need => $"{need.Name}:"), "END"]),
    ];

    private static IEnumerable<string> FoundInRepository(RunbookFacts facts) =>
    [
        "The repository holds none. This makes the file to fill; it is refused, with the line, while a value is missing:",
        "",
        .. Markdown.Block("sh",
        [
            "umask 077",
            // Asked before the pipe, which would empty a file that is filled already.
            $": {ShellWord.Repository} {ShellWord.Checkpoint} &&",
            // With the bracket the page does not hold what it tells to look for.
            $"git -C {ShellWord.Repository} grep -hoE 'runai-dr-secre[t]:[A-Za-z0-9._/-]+:' {ShellWord.Tag(facts.Info)} -- {Markdown.Word($"clusters/{facts.Info.Cluster}")} |",
            "  sort -u | sed -E 's/^[^:]*:(.*):$/\\1:/' > secrets.yaml",
        ]),
    ];

    private static string Place(SecretNeed need) => need switch
    {
        { Release: { } release } => $"values of {Markdown.Code(release)}: {Markdown.Code(need.Field)}",
        { Key: { Group: "", Plural: "secrets" } key } => $"Secret {Markdown.Code($"{key.Namespace}/{key.Name}")} key {Markdown.Code(KeyOf(need.Field))}",
        { Key: { } key } => $"{Markdown.Code(key.ToString())}: {Markdown.Code(need.Field)}",
        _ => Markdown.Code(need.Field),
    };

    // data.password, or data[tls.crt] where the key is no plain word.
    private static string KeyOf(string field) =>
        field.IndexOfAny(['.', '[']) is >= 0 and var at ? field[(at + 1)..].TrimEnd(']') : field;

    private static IEnumerable<string> OldCluster(RunbookFacts facts) =>
    [
        "While the old cluster answers, it has them all. The output is secret: into a file that nobody else reads.",
        "",
        .. Markdown.Block("sh",
        [
            .. facts.Charts.Select(chart =>
                $"helm get values {Markdown.Word(chart.Release)} -n {Markdown.Word(chart.Namespace)} --kube-context {ShellWord.Old} -o yaml > old-{Markdown.Word(chart.Release)}.yaml"),
            $"kubectl --context {ShellWord.Old} get secret -n '<namespace>' '<name>' -o go-template='{{{{range $k, $v := .data}}}}{{{{$k}}}}: {{{{$v | base64decode}}}}{{{{\"\\n\"}}}}{{{{end}}}}'",
        ]),
    ];

    private static IEnumerable<string> ClientSecret(RunbookFacts facts) =>
        facts.Secrets.Any(SecretOwner.IsClientSecret)
            ?
            [
                "`clientSecret`, when nobody has it, is in the restored database: run `rehydrate` without it first",
                "(`--without-secrets`), and when the control plane is up ask its API, signed in as an administrator. Then add it to",
                "`secrets.yaml` and run `rehydrate` again.",
                "",
                .. Markdown.Block("text",
                [
                    "GET https://<global.domain>/api/v1/clusters",
                    $"GET https://<global.domain>/api/v1/clusters/<uuid>/cluster-install-info?version={Visible.Text(facts.ClusterChart?.Version ?? "<version>")}",
                ]),
            ]
            : [];

    private static IEnumerable<string> Authority(SettingFacts settings) =>
        settings.HasCustomAuthority
            ? ["`global.customCA` is on: the Secret `runai-ca-cert` (key `runai-ca.pem`) is needed in both namespaces of Run:ai before the charts.", ""]
            : [];
}
