using Microsoft.Playwright;
using RunAiDr.Core.Sync;
using RunAiDr.Tests.Git;
using static Microsoft.Playwright.Assertions;

namespace RunAiDr.Tests.Browser;

/// <summary>A page that stays open while the service works.</summary>
[Collection(InChromium.Name)]
public sealed class LiveUpdateTests(Chromium chromium, SampleScene scene) : IClassFixture<SampleScene>
{
    [Fact]
    public async Task What_happens_meanwhile_is_shown_without_a_reload()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));
        await Expect(page.GetByText("Not ready")).ToHaveCountAsync(0);

        scene.Change("Scale the quota to 99", "kubectl-edit", tree => tree.Put(SampleScene.Quota, "data: {gpus: \"99\"}\n"));
        await Expect(page.GetByText("Scale the quota to 99")).ToBeVisibleAsync();
        scene.Status = scene.Status with
        {
            Clusters = [new SyncStatus(TestRepository.Cluster, ["the API server refuses the token"], scene.Newest, TimeSpan.FromMinutes(3), new Dictionary<string, int>(), false)],
        };

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Not ready");
        await Expect(page.GetByText("the API server refuses the token")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Status)).Not.ToBeEmptyAsync();
        Measures.AssertNone(watched.Complaints);
    }

    [Fact]
    public async Task While_the_service_is_away_the_page_says_so_and_goes_on_by_itself_when_it_is_back()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        var listens = page.WaitForRequestAsync(request => request.Url.EndsWith("/events", StringComparison.Ordinal));
        await watched.GoAsync(scene.At("/"));
        await listens;

        await scene.StopAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Live updates are off");
        scene.Change("Scale the quota to 77", "kubectl-edit", tree => tree.Put(SampleScene.Quota, "data: {gpus: \"77\"}\n"));
        await scene.StartAgainAsync();

        await Expect(page.GetByText("Scale the quota to 77")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Status)).Not.ToContainTextAsync("Live updates are off");
    }
}
