using Microsoft.Playwright;
using RunAiDr.Cli.Configuration;
using RunAiDr.Cli.Service;
using RunAiDr.Core.Comparison;
using RunAiDr.Tests.Cli.Service.Web.Pages;
using static Microsoft.Playwright.Assertions;

namespace RunAiDr.Tests.Browser;

/// <summary>What a reviewer does who has no forge: from the first page to the lines that changed.</summary>
[Collection(InChromium.Name)]
public sealed class ReviewTests(Chromium chromium)
{
    private const string Path = "namespaces/runai-team-a/configmaps/quota.yaml";

    [Theory]
    [InlineData(Look.Light)]
    [InlineData(Look.Dark)]
    [InlineData(Look.Phone)]
    public async Task From_the_first_page_to_the_dangers_and_the_lines_of_what_waits(Look look)
    {
        await using var scene = await DashboardScene.StartAsync(config => config with { Review = new ReviewConfig() });
        scene.Commit((Path, "data:\n  gpus: \"4\"\nkind: ConfigMap\nmetadata:\n  name: quota\n"));
        scene.Observe(
            "kubectl-edit",
            (Path, "data:\n  gpus: \"64\"\nkind: ConfigMap\nmetadata:\n  name: quota\n"),
            ("cluster/clusterrolebindings.rbac.authorization.k8s.io/oops.yaml", "kind: ClusterRoleBinding\nmetadata:\n  name: oops\nroleRef:\n  kind: ClusterRole\n  name: cluster-admin\n"));
        scene.Status = scene.Status with { Reviews = [new ReviewStatus(DashboardScene.Cluster, null, null) { Waiting = new DriftSummary(1, 1, 0, 1, 0) }] };
        await using var watched = await chromium.OpenAsync(look);
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));

        await page.GetByRole(AriaRole.Link, new() { Name = "1 danger; 1 added, 0 missing, 1 changed in no project" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("2 files wait");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Dangers" })).ToContainTextAsync("oops.yaml: binds to cluster-admin");
        await Expect(page.GetByText("kubectl-edit")).ToBeVisibleAsync();
        var lines = page.GetByRole(AriaRole.Region, new() { Name = $"Lines of {Path}" });
        await Expect(lines).ToBeHiddenAsync();
        await page.GetByText($"Line by line {Path}").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(lines).ToContainTextAsync("+  gpus: \"64\"");
        Measures.AssertNone([.. await Measures.AccessibilityAsync(page), .. await Measures.OutsideAsync(page), .. watched.Complaints]);
    }
}
