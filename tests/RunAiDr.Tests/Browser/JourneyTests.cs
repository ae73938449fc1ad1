using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RunAiDr.Tests.Browser;

/// <summary>What people do with the pages, click by click.</summary>
[Collection(InChromium.Name)]
public sealed class JourneyTests(Chromium chromium, SampleScene scene) : IClassFixture<SampleScene>
{
    [Fact]
    public async Task From_the_first_page_to_the_command_that_restores_the_present_state()
    {
        await using var watched = await chromium.OpenAsync();
        var (page, newest) = (watched.Page, scene.Newest);
        await watched.GoAsync(scene.At("/"));

        await page.GetByRole(AriaRole.Link, new() { Name = newest.Abbreviated, Exact = true }).ClickAsync();

        await Expect(Heading(page)).ToContainTextAsync(newest.Sha);
        var commands = page.GetByRole(AriaRole.Region, new() { Name = "Commands" });
        await Expect(commands).ToContainTextAsync($"runai-dr plan {newest.Sha}");
        await Expect(commands).ToContainTextAsync($"runai-dr rehydrate {newest.Sha}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What would be restored" })).ToBeVisibleAsync();
        Measures.AssertNone(watched.Complaints);
    }

    [Fact]
    public async Task From_the_history_of_a_project_to_a_resource_and_who_changed_it()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));

        await page.GetByRole(AriaRole.Link, new() { Name = "History", Exact = true }).ClickAsync();
        await Expect(Heading(page)).ToHaveTextAsync("History");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Textbox).FillAsync("vision");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Textbox).PressAsync("Enter");
        await Expect(Heading(page)).ToContainTextAsync("vision");
        await Expect(page.GetByRole(AriaRole.Main)).Not.ToContainTextAsync("runai-nlp");
        await page.GetByRole(AriaRole.Link, new() { Name = SampleScene.Quota }).First.ClickAsync();

        await Expect(Heading(page)).ToContainTextAsync("quota");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Content" })).ToContainTextAsync("gpus: \"8\"");
        await Expect(page.GetByText("kubectl-edit").First).ToBeVisibleAsync();
        Measures.AssertNone(watched.Complaints);
    }

    [Fact]
    public async Task From_the_checkpoints_to_one_that_lacks_its_metrics()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));

        await page.GetByRole(AriaRole.Link, new() { Name = "Checkpoints", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = SampleScene.Partial })).ToContainTextAsync("partial");
        await page.GetByRole(AriaRole.Link, new() { Name = SampleScene.Partial }).ClickAsync();

        await Expect(Heading(page)).ToContainTextAsync($"{SampleScene.Partial}: can be restored in part");
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("has no claim");
        Measures.AssertNone(watched.Complaints);
    }

    [Fact]
    public async Task From_the_first_page_to_what_nothing_protects_and_why()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/"));

        await page.GetByRole(AriaRole.Link, new() { Name = "nothing protects 2 resources of 122; 2 kinds could not be listed", Exact = true }).ClickAsync();

        await Expect(Heading(page)).ToContainTextAsync("nothing protects 2 resources");
        var gap = page.GetByRole(AriaRole.Region, new() { Name = "2 resources", Exact = true }).GetByRole(AriaRole.Row).Filter(new() { HasText = SampleScene.Unexplained });
        await Expect(gap).ToContainTextAsync("last written by kubectl-client-side-apply");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "2 kinds", Exact = true })).ToContainTextAsync("pods");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Resources by reason" })).ToContainTextAsync("rolebindings 120");
        await Expect(page.GetByText("4 h ago")).ToBeVisibleAsync();
        Measures.AssertNone(watched.Complaints);
    }

    [Fact]
    public async Task Without_script_everything_is_reached_by_links()
    {
        await using var watched = await chromium.OpenAsync(script: false);
        var page = watched.Page;
        await watched.GoAsync(scene.At("/checkpoints"));

        await page.GetByRole(AriaRole.Link, new() { Name = SampleScene.Whole }).ClickAsync();
        await Expect(Heading(page)).ToContainTextAsync(SampleScene.Whole);
        await page.GetByRole(AriaRole.Link, new() { Name = "History", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Textbox).FillAsync("nlp");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = SampleScene.Gone }).First.ClickAsync();

        await Expect(page.GetByText("It is not there any more.")).ToBeVisibleAsync();
    }

    private static ILocator Heading(IPage page) => page.GetByRole(AriaRole.Heading, new() { Level = 1 });
}
