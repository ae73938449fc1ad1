using System.Text;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>What people and disks hand to runai-dr that it must not swallow: each is named, with what to do.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("clusters: [")]
    [InlineData("a text, no kubeconfig")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: gone\n")]
    [InlineData("apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{name: a, context: {cluster: gone}}]\n")]
    [InlineData(null)]
    public async Task A_kubeconfig_that_cannot_be_used_is_named(string? content)
    {
        using var workspace = await EndToEndWorkspace.InitAsync();
        var path = workspace.File("some.kubeconfig");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        var ended = (await workspace.RunAsync(path, "export")).Expect(2);

        Assert.Contains(path, ended.Error, StringComparison.Ordinal);
        Assert.Contains("What to do:", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_wrong_in_an_edited_commit_is_told_at_once()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export");
        workspace.Commit(
            (folder, git) =>
            {
                var bindings = Path.Combine(folder, "namespaces", "runai-vision", "rolebindings");
                File.WriteAllText(Path.Combine(folder, "templates", "broken.yaml"), "a: [1\nb: }");
                File.AppendAllText(Path.Combine(folder, "templates", "template-admin.yaml"), "---\nkind: Secret\n");
                File.WriteAllText(Path.Combine(bindings, "kind.yaml"), Binding("ConfigMap", "runai-vision", "kind"));
                File.WriteAllText(Path.Combine(bindings, "place.yaml"), Binding("RoleBinding", "kube-system", "place"));
                File.WriteAllText(Path.Combine(bindings, "name.yaml"), Binding("RoleBinding", "runai-vision", "another"));
                File.CreateSymbolicLink(Path.Combine(bindings, "link.yaml"), "../../../../../../../../etc/passwd");
                File.WriteAllText(Path.Combine(folder, "notes.txt"), "remember the milk");
            },
            git => git.Run(
                "update-index", "--add", "--cacheinfo",
                $"160000,{new string('1', 40)},clusters/prod/namespaces/runai-vision/rolebindings/module.yaml"));
        string[] wrong =
        [
            "templates/broken.yaml", "templates/template-admin.yaml", "rolebindings/kind.yaml", "rolebindings/place.yaml",
            "rolebindings/name.yaml", "rolebindings/link.yaml", "rolebindings/module.yaml", "notes.txt",
        ];

        var plan = (await workspace.RunAsync(lost, "plan", "main")).Expect(8);
        var rehydrated = (await workspace.RunAsync(lost, "rehydrate", "main", "--overwrite")).Expect(8);

        Assert.All(wrong, path => Assert.Contains(path, plan.Output, StringComparison.Ordinal));
        Assert.All(wrong, path => Assert.Contains(path, rehydrated.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("root:", plan.Output, StringComparison.Ordinal);
        Assert.Contains("link.yaml", (await workspace.RunAsync(lost, "drift")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_leaves_the_folder_of_the_cluster_is_refused()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export");
        var git = workspace.Git;
        var templates = git.Run("rev-parse", "main:clusters/prod/templates").Trim();
        var folder = git.Run("ls-tree", "main:clusters/prod") + $"040000 tree {templates}\t..\n";
        var clusters = $"040000 tree {Tree(folder)}\tprod\n";
        var root = Tree($"040000 tree {Tree(clusters)}\tclusters\n");
        git.Run("update-ref", "refs/heads/main", git.Run("commit-tree", root, "-p", "main", "-m", "Leave the folder").Trim());

        var plan = (await workspace.RunAsync(lost, "plan", "main")).Expect(8);

        Assert.Contains("../template-admin.yaml", plan.Output, StringComparison.Ordinal);

        string Tree(string entries) => git.Run(Encoding.UTF8.GetBytes(entries), "mktree").Trim();
    }

    [Fact]
    public async Task A_reference_that_is_no_restore_point_is_refused()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export", "--tag", "p");
        var git = workspace.Git;
        var seed = git.Lines("rev-list", "--max-parents=0", "main")[0];
        git.Run("tag", "a-file", "main:README.md");
        git.Run("branch", "other", git.Run("commit-tree", git.Run(""u8, "mktree").Trim(), "-m", "Nothing of ours").Trim());

        foreach (var reference in (string[])["nothing", "a-file", "other", "HEAD~1", "main^{tree}", "0000000", "../p", "p\n", ""])
        {
            var ended = (await workspace.RunAsync(lost, "plan", reference)).Expect(8);
            Assert.Contains("What to do:", ended.Error, StringComparison.Ordinal);
        }

        Assert.NotEqual(seed, workspace.Tip());
        foreach (var reference in (string[])["p", "dr/prod/p", "refs/tags/dr/prod/p", "main", workspace.Tip(), workspace.Tip()[..8]])
        {
            await workspace.DoAsync(lost, "verify", reference);
        }
    }

    [Fact]
    public async Task A_newer_format_is_refused()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export");
        workspace.Commit((folder, _) =>
        {
            var file = Path.Combine(folder, "restore-point.yaml");
            File.WriteAllText(file, File.ReadAllText(file).Replace("formatVersion: 1", "formatVersion: 2", StringComparison.Ordinal));
        });

        foreach (var command in (string[])["plan", "rehydrate", "verify"])
        {
            var ended = (await workspace.RunAsync(lost, command, "main")).Expect(8);
            Assert.Contains("format version 2", ended.Error + ended.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Awkward_names_and_values_come_back_unchanged()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        await AwkwardResources.CheckAsync(lost, fresh);
    }

    [SkippableFact]
    public async Task A_full_disk_is_named_and_the_last_restore_point_stays()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        Directory.Delete(workspace.Repository, recursive: true);
        File.Delete(workspace.File("runai-dr.yaml"));
        Directory.CreateDirectory(workspace.File("disk"));
        var mounted = await RootAsync("mount", "-t", "tmpfs", "-o", "size=1m", "none", workspace.File("disk"));
        Skip.If(mounted.Code != 0, $"A small disk needs the right to mount a tmpfs: {mounted.Error}");
        try
        {
            (await workspace.Dr.RunAsync("init", "--cluster", "prod", "--repository", "disk/dr.git")).Expect(0);
            await workspace.DoAsync(lost, "export");
            var git = new GitProgram(workspace.File("disk/dr.git"));
            var tip = git.Run("rev-parse", "main");
            await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(workspace.File("disk/filler"), new byte[1 << 20]));
            await lost.KubectlAsync("label", "namespace", "runai-vision", "full=disk");

            var ended = (await workspace.RunAsync(lost, "export")).Expect(7);

            Assert.Contains("full", ended.Error, StringComparison.Ordinal);
            Assert.Equal(tip, git.Run("rev-parse", "main"));
            File.Delete(workspace.File("disk/filler"));
            git.AssertSound();
            await workspace.DoAsync(lost, "export");
            Assert.NotEqual(tip, git.Run("rev-parse", "main"));
        }
        finally
        {
            await RootAsync("umount", "-l", workspace.File("disk"));
        }

        Task<Ended> RootAsync(string program, params string[] arguments) =>
            EndToEndPrograms.RunAsync(workspace.Path, new Dictionary<string, string>(StringComparer.Ordinal), program, arguments);
    }

    private static string Binding(string kind, string ns, string name) => $$"""
        apiVersion: rbac.authorization.k8s.io/v1
        kind: {{kind}}
        metadata: {name: {{name}}, namespace: {{ns}}}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}

        """;
}
