using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>
/// The ten changes of TestData/runai-cluster/drift: the commands of its README, and what they change in the state tree
/// (<c>A</c>, <c>M</c> or <c>D</c> and the path), which is what the README says and nothing else.
/// </summary>
internal sealed record DriftCase(string Subject, string[] ChangedBy, string[] Changes, params string[] Commands)
{
    private static readonly string[] BindingsOfEveryProject =
    [
        "researcher-service-rw", "researcher-service-rw-legacy", "runai-admission-controller-project",
        "runai-job-controller-project", "runai-job-executor-manual-legacy",
        "runai-project-controller-cluster-secret-per-project", "runai-project-controller-project", "runai-researcher",
        "runai-scheduler-rw", "runai-user-psp", "workload-controller-rw",
    ];

    public static IReadOnlyList<DriftCase> All { get; } =
    [
        new(
            "runai-vision: change RoleBinding runai-researcher",
            ["kubectl-patch"],
            ["M namespaces/runai-vision/rolebindings/runai-researcher.yaml"],
            "kubectl patch rolebinding runai-researcher -n runai-vision --type=json "
            + "--patch-file drift/01-add-user-to-binding.yaml"),
        new(
            "runai-tutorial: delete 12 resources",
            [],
            [.. NamespaceAndBindings('D', "runai-tutorial")],
            "kubectl delete -f drift/02-delete-project-namespace.yaml"),
        new(
            "runai: change ConfigMap job-settings-interactive",
            ["kubectl-client-side-apply"],
            ["M templates/job-settings-interactive.yaml"],
            "kubectl apply -f drift/03-edit-template.yaml"),
        new(
            "",
            [],
            [], // the repository holds no secret, so it cannot tell that one changed
            "helm upgrade runai-cluster charts/runai-cluster-2.20.24.tgz -n runai --reset-then-reuse-values "
            + "-f drift/04-rotate-client-secret.values.yaml --server-side=false"),
        new(
            "runai-robotics: change Namespace runai-robotics",
            ["kubectl-patch"],
            ["M namespaces/runai-robotics/namespace.yaml"],
            "kubectl patch namespace runai-robotics --type=merge --patch-file drift/05-change-namespace-label.yaml"),
        new(
            "prod: add 14 resources",
            ["kubectl-client-side-apply"],
            [
                "A cluster/accessrules.run.ai/rule-audio-01.yaml",
                "A cluster/projects.run.ai/audio.yaml",
                .. NamespaceAndBindings('A', "runai-audio"),
            ],
            "kubectl apply -f drift/06-add-project.yaml"),
        new(
            "runai-vision: change TrainingPolicy training-policy",
            ["kubectl-client-side-apply"],
            ["M namespaces/runai-vision/trainingpolicies.run.ai/training-policy.yaml"],
            "kubectl apply -f drift/07-change-policy.yaml"),
        new(
            "prod: add 2, change 1 resources",
            ["kubectl-client-side-apply"],
            [
                "A cluster/clusterrolebindings.rbac.authorization.k8s.io/runai-support-breakglass.yaml",
                "A namespaces/runai-nlp/rolebindings/support-breakglass.yaml",
                "M restore-point.yaml", // it lists the new binding as never applied
            ],
            "kubectl apply -f drift/08-bind-cluster-admin.yaml"),
        new(
            "runai: change RunaiConfig runai",
            ["kubectl-patch"],
            ["M namespaces/runai/runaiconfigs.run.ai/runai.yaml"],
            "kubectl patch runaiconfig runai -n runai --type=merge --patch-file drift/09-edit-runaiconfig.yaml"),
        new(
            "",
            [],
            [],
            "kubectl patch runaiconfig runai -n runai --subresource=status --type=merge "
            + "--patch-file drift/10-status-only.yaml",
            "kubectl apply --server-side --field-manager=audit-bot -f drift/10-managed-fields-only.yaml"),
    ];

    /// <summary>Does it to a cluster, exports, and holds what is shown and committed to what is expected.</summary>
    public async Task CheckAsync(EndToEndCluster cluster, EndToEndWorkspace workspace)
    {
        var before = workspace.Tip();
        foreach (var command in Commands)
        {
            await RunAsync(cluster, command);
        }

        var drift = (await workspace.AskAsync(cluster, "drift"))["differences"]!.AsArray()
            .Select(difference => $"{Letter((string)difference!["kind"]!)} {difference["path"]}").Order(StringComparer.Ordinal);
        var code = (await workspace.RunAsync(cluster, "drift", "--exit-code")).Code;
        await workspace.DoAsync(cluster, "export");

        Assert.Equal(Changes.Order(StringComparer.Ordinal), drift);
        if (Changes.Length == 0)
        {
            Assert.Equal((0, before), (code, workspace.Tip()));
            return;
        }

        Assert.Equal(3, code);
        Assert.Equal(before, workspace.Git.Run("rev-parse", "main~1").Trim());
        Assert.Equal(Changes.Order(StringComparer.Ordinal), workspace.Changes());
        CheckMessage(workspace);
    }

    private static async Task RunAsync(EndToEndCluster cluster, string command)
    {
        var words = command.Split(' ');
        if (words[0] == "helm")
        {
            await cluster.HelmAsync(words[1..]);
            return;
        }

        // Where nothing ends the deletion of a namespace, it is being deleted for ever, which is no desired state either.
        string[] unfinished = words[1] == "delete" && !cluster.EndsNamespaces ? ["--wait=false"] : [];
        await cluster.KubectlAsync([.. words[1..], .. unfinished]);
    }

    private void CheckMessage(EndToEndWorkspace workspace)
    {
        var message = workspace.Git.Run("log", "-1", "--format=%B", "main");
        var lines = message.Split('\n');
        var trailers = workspace.Git.Run(System.Text.Encoding.UTF8.GetBytes(message), "interpret-trailers", "--parse")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(Subject, lines[0]);
        Assert.Equal("", lines[1]);
        Assert.Equal(Changes.Length, lines.Skip(2).TakeWhile(line => line.Length > 0).Count());
        Assert.Equal("Cluster: prod", trailers[0]);
        Assert.Matches("^Cluster-Revision: [0-9]+$", trailers[1]);
        Assert.Equal(ChangedBy.Select(manager => $"Changed-By: {manager}"), trailers[2..]);
    }

    private static char Letter(string kind) => kind switch
    {
        "added" => 'A',
        "missing" => 'D',
        _ => 'M',
    };

    private static IEnumerable<string> NamespaceAndBindings(char letter, string name) => BindingsOfEveryProject
        .Select(binding => $"{letter} namespaces/{name}/rolebindings/{binding}.yaml")
        .Prepend($"{letter} namespaces/{name}/namespace.yaml");
}
