using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace RunAiDr.Tests.Browser;

/// <summary>The pages without a mouse.</summary>
[Collection(InChromium.Name)]
public sealed class KeyboardTests(Chromium chromium, SampleScene scene) : IClassFixture<SampleScene>
{
    private const string Stops = """
        () => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].map(stop => stop.outerHTML)
        """;

    private const string Focused = """
        () => {
          const stop = document.activeElement, style = getComputedStyle(stop), box = stop.getBoundingClientRect();
          const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
          const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
          return [stop.outerHTML, seen ? "" : "its focus cannot be seen", within ? "" : "it is not on the screen"];
        }
        """;

    [Fact]
    public async Task Tab_goes_to_everything_in_order_and_shows_where_it_is()
    {
        await using var watched = await chromium.OpenAsync();
        foreach (var path in await scene.PagesAsync())
        {
            await watched.GoAsync(scene.At(path));
            var reached = new List<string>();
            var stops = await watched.Page.EvaluateAsync<string[]>(Stops);
            foreach (var _ in stops)
            {
                await watched.Page.Keyboard.PressAsync("Tab");
                var focused = await watched.Page.EvaluateAsync<string[]>(Focused);
                Assert.True(focused[1..].All(wrong => wrong.Length == 0), $"{path}: {string.Join(' ', focused)}");
                reached.Add(focused[0]);
            }

            Assert.Equal(stops, reached);
        }
    }

    [Fact]
    public async Task The_first_stop_skips_to_the_content()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/history"));

        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator(".skip")).ToBeInViewportAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Main)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");

        await Expect(page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Enter_follows_what_is_focused()
    {
        await using var watched = await chromium.OpenAsync();
        var page = watched.Page;
        await watched.GoAsync(scene.At("/checkpoints"));

        await page.GetByRole(AriaRole.Link, new() { Name = SampleScene.Whole }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(SampleScene.Whole);
    }
}
