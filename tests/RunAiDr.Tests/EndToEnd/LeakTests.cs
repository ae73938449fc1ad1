using RunAiDr.Sandbox.Installation;
using RunAiDr.Sandbox.Security;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.EndToEnd;

/// <summary>
/// Law 5: no planted secret is found in the repository, in what is printed, or in any file but the operator's own. Every
/// workspace ends with this search; these tests do what is likeliest to leave one.
/// </summary>
public sealed class LeakTests
{
    [Fact]
    public async Task No_secret_is_left_anywhere_by_the_whole_flow()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        await using var fresh = await EndToEndCluster.EmptyAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export", "--tag", "p");
        await DriftCase.All[3].CheckAsync(lost, workspace);
        await DriftCase.All[8].CheckAsync(lost, workspace);
        await RotateAsync(lost);
        foreach (var format in (string[])["text", "json", "yaml"])
        {
            await workspace.DoAsync(lost, "drift", "p", "--patch", "-o", format);
        }

        await workspace.DoAsync(lost, "export", "-o", "json");
        var secrets = EndToEndSecrets.Write(workspace, "dr/prod/p");
        await workspace.DoAsync(fresh, "plan", "p", "--secrets", secrets, "-o", "yaml");
        await workspace.DoAsync(fresh, "rehydrate", "p", "--secrets", secrets);
        await workspace.DoAsync(fresh, "verify", "p", "--patch");
        await workspace.RunAsync(lost, "verify", "p", "--patch", "-o", "json");

        // What the demonstration's operator keeps outside Git is his own too.
        workspace.OwnFile("demo/secrets.yaml");
        (await workspace.Dr.RunAsync("demo", "--directory", workspace.File("demo"))).Expect(0);

        EndToEndCanaries.AssertNoneIn(workspace);
    }

    [Fact]
    public async Task No_secret_is_left_anywhere_by_runs_that_fail()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export", "--tag", "p");
        var good = EndToEndSecrets.Write(workspace, "dr/prod/p");
        string[] bad = [.. BadSecretsFiles(workspace, good)];

        foreach (var file in bad)
        {
            (await workspace.RunAsync(lost, "rehydrate", "p", "--secrets", file)).Expect(2);
            (await workspace.RunAsync(lost, "plan", "p", "--secrets", file)).Expect(2);
        }

        // The kubeconfig of somebody who took the secrets file for one.
        (await workspace.RunAsync(good, "export")).Expect(2);
        (await workspace.Dr.RunAsync("export", "--config", good)).Expect(2);
        await RefusedAsync(workspace, good);

        EndToEndCanaries.AssertNoneIn(workspace);
    }

    [Fact]
    public async Task A_refused_resource_is_reported_without_its_values()
    {
        await using var lost = await EndToEndCluster.SampleAsync();
        using var workspace = await EndToEndWorkspace.InitAsync();
        await workspace.DoAsync(lost, "export", "--tag", "p");
        var secrets = EndToEndSecrets.Write(workspace, "dr/prod/p");

        // A field of the wrong type: the server's answer quotes the whole value.
        workspace.Commit((folder, _) =>
        {
            var file = Path.Combine(folder, "namespaces", "runai-vision", "secrets", "wandb.yaml");
            File.WriteAllText(file, File.ReadAllText(file)
                .Replace("data:\n  token: ", "immutable: ", StringComparison.Ordinal));
        });
        await using var fresh = await EndToEndCluster.EmptyAsync();

        var ended = (await workspace.RunAsync(fresh, "rehydrate", "main", "--secrets", secrets)).Expect(9);

        Assert.Contains("failed", ended.Output, StringComparison.Ordinal);
        Assert.Contains("wandb", ended.Output, StringComparison.Ordinal);
        EndToEndCanaries.AssertNoneIn(workspace);
    }

    private static async Task RefusedAsync(EndToEndWorkspace workspace, string secrets)
    {
        await using var strict = await EndToEndCluster.EmptyAsync(("reader", new SandboxUser("reader")));
        (await workspace.RunAsync(strict.KubeconfigOf("reader"), "rehydrate", "p", "--secrets", secrets)).Expect(4);
        (await workspace.RunAsync(strict.KubeconfigOf("CANARY-1001"), "rehydrate", "p", "--secrets", secrets)).Expect(6);
    }

    private static IEnumerable<string> BadSecretsFiles(EndToEndWorkspace workspace, string good)
    {
        var text = File.ReadAllText(good);
        (string Name, string Text)[] files =
        [
            ("unclosed.yaml", text + "\nother: \"CANARY-1001"),
            ("list.yaml", "- CANARY-1001-a\n- CANARY-1002-b\n"),
            ("nested.yaml", "name: {CANARY-1003: CANARY-1004}\n"),
            ("number.yaml", text + "\nCANARY-1005: 1\n"),
            ("twice.yaml", text + "\nCANARY-1006: \"a\"\nCANARY-1006: \"b\"\n"),
            ("tag.yaml", "name: !!binary \"CANARY-1007\"\n"),
            ("anchor.yaml", "name: *CANARY-1008\n"),
            ("plain.txt", "CANARY-1009-password"),
        ];
        foreach (var (name, content) in files)
        {
            var path = workspace.OwnFile(name);
            File.WriteAllText(path, content);
            yield return path;
        }
    }

    private static async Task RotateAsync(EndToEndCluster cluster)
    {
        foreach (var secret in SampleInstallation.Resources().Where(resource =>
            (string)resource["kind"]! == "Secret" && (string?)resource["type"] == "Opaque").Take(3))
        {
            var (ns, name) = ((string)secret["metadata"]!["namespace"]!, (string)secret["metadata"]!["name"]!);
            await cluster.KubectlAsync("patch", "secret", name, "-n", ns, "-p", """{"stringData":{"more":"CANARY-1026-more"}}""");
        }
    }
}
