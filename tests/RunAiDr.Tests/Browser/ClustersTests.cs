using Microsoft.Playwright;
using RunAiDr.Cli.Configuration;
using RunAiDr.Tests.Cli.Service.Web.Pages;
using RunAiDr.Tests.Git;
using RunAiDr.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace RunAiDr.Tests.Browser;

/// <summary>One service that keeps two clusters.</summary>
[Collection(InChromium.Name)]
public sealed class ClustersTests(Chromium chromium)
{
    private const string Other = "prod-b";

    [Fact]
    public async Task One_goes_from_a_cluster_to_the_other_and_stays_there()
    {
        await using var scene = await DashboardScene.StartAsync(
            config => config with { Clusters = [new ClusterConfig(DashboardScene.Cluster), new ClusterConfig(Other)] });
        scene.Status = scene.Status with { Clusters = [DashboardScene.InOrder(DashboardScene.Cluster), DashboardScene.InOrder(Other)] };
        scene.Commit(("namespaces/runai-team-a/configmaps/quota.yaml", "data: {}\n"));
        CommitOther(scene.Repository);
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));
        await Expect(Heading(page)).ToContainTextAsync($"Status of {DashboardScene.Cluster}");

        await Navigation(page, "Clusters").GetByRole(AriaRole.Link, new() { Name = Other }).ClickAsync();
        await Expect(Heading(page)).ToContainTextAsync($"Status of {Other}");
        await Navigation(page, "Pages").GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("runai-of-the-other");
        await Expect(page.GetByRole(AriaRole.Main)).Not.ToContainTextAsync("runai-team-a");
        await page.GetByRole(AriaRole.Link, new() { Name = "restore point" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Commands" })).ToContainTextAsync($"--cluster {Other}");
        Measures.AssertNone([.. await Measures.AccessibilityAsync(page), .. watched.Complaints]);

        await Navigation(page, "Clusters").GetByRole(AriaRole.Link, new() { Name = DashboardScene.Cluster }).ClickAsync();
        await Expect(Heading(page)).ToContainTextAsync($"Status of {DashboardScene.Cluster}");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("runai-team-a");
        await Expect(Navigation(page, "Clusters").Locator("[aria-current]")).ToHaveTextAsync([DashboardScene.Cluster]);
    }

    private static void CommitOther(TestRepository repository)
    {
        using var store = repository.Open();
        using var writer = store.Begin(Other);
        TestRepository.Fill(
            writer,
            ("restore-point.yaml", MemoryStateTree.Header.Replace("cluster: prod\n", $"cluster: {Other}\n", StringComparison.Ordinal)),
            ("namespaces/runai-of-the-other/configmaps/quota.yaml", "data: {}\n"));
        writer.Commit(TestRepository.Text);
    }

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    private static ILocator Navigation(IPage page, string name) => page.GetByRole(AriaRole.Navigation, new() { Name = name });
}
