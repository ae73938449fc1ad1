using Microsoft.Playwright;

namespace RunAiDr.Tests.Browser;

/// <summary>What holds for each page that a link leads to.</summary>
[Collection(InChromium.Name)]
public sealed class EveryPageTests(Chromium chromium, SampleScene scene) : IClassFixture<SampleScene>
{
    [Theory]
    [InlineData(Look.Light)]
    [InlineData(Look.Dark)]
    public async Task It_is_accessible_and_says_nothing_on_the_console(Look look) =>
        await AssertNothingAsync(look, async page => await Measures.AccessibilityAsync(page));

    [Fact]
    public async Task It_fits_a_phone_and_can_be_touched() => await AssertNothingAsync(Look.Phone, async page =>
        [.. await Measures.OutsideAsync(page), .. await Measures.SmallTargetsAsync(page), .. await Measures.AccessibilityAsync(page)]);

    [Fact]
    public async Task Older_changes_are_among_them() =>
        Assert.Contains(await scene.PagesAsync(), path => path.StartsWith("/history?from=", StringComparison.Ordinal));

    [Fact]
    public async Task It_has_a_title_of_its_own()
    {
        await using var watched = await chromium.OpenAsync();
        var titles = new List<string>();
        foreach (var path in await scene.PagesAsync())
        {
            await watched.GoAsync(scene.At(path));
            titles.Add($"{await watched.Page.TitleAsync()} at {path}");
        }

        Measures.AssertNone(titles.GroupBy(title => title.Split(" at ")[0]).Where(same => same.Count() > 1).SelectMany(same => same));
    }

    [Fact]
    public async Task It_reads_the_same_without_script()
    {
        await using var with = await chromium.OpenAsync();
        await using var without = await chromium.OpenAsync(script: false);
        foreach (var path in await scene.PagesAsync())
        {
            await with.GoAsync(scene.At(path));
            await without.GoAsync(scene.At(path));

            Assert.Equal(await TextAsync(with.Page), await TextAsync(without.Page));
        }
    }

    [Fact]
    public async Task It_prints_in_black_on_white_without_what_only_a_screen_needs()
    {
        await using var watched = await chromium.OpenAsync(Look.Dark);
        foreach (var path in await scene.PagesAsync())
        {
            await watched.GoAsync(scene.At(path));
            await watched.Page.EmulateMediaAsync(new() { Media = Media.Print });

            Measures.AssertNone(await Measures.ContrastAsync(watched.Page));
            await Assertions.Expect(watched.Page.Locator("nav").First).ToBeHiddenAsync();
            Assert.Equal("rgb(255, 255, 255)", await watched.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        }
    }

    // The age of what is shown goes on.
    private static async Task<string[]> TextAsync(IPage page) =>
        [.. (await page.Locator("main").InnerTextAsync()).Split('\n').Where(line => !line.StartsWith("As of ", StringComparison.Ordinal))];

    private async Task AssertNothingAsync(Look look, Func<IPage, Task<IEnumerable<string>>> measure)
    {
        await using var watched = await chromium.OpenAsync(look);
        var found = new List<string>();
        foreach (var path in await scene.PagesAsync())
        {
            await watched.GoAsync(scene.At(path));
            found.AddRange((await measure(watched.Page)).Select(wrong => $"{path}: {wrong}"));
        }

        Measures.AssertNone([.. found, .. watched.Complaints]);
    }
}
