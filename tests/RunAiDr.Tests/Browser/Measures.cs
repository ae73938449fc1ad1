using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace RunAiDr.Tests.Browser;

/// <summary>What is measured in the page itself. Each gives a line for everything that is wrong.</summary>
internal static class Measures
{
    private const string Outside = """
        () => {
          const found = document.documentElement.scrollWidth > innerWidth ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
          const scrolls = element => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
          const hidden = element => element.closest(".skip, .unseen");
          for (const element of document.body.querySelectorAll("*")) {
            const box = element.getBoundingClientRect();
            if (!hidden(element) && !scrolls(element) && (box.right > innerWidth + 1 || box.left < -1)) {
              found.push(`${element.outerHTML.slice(0, 120)} reaches from ${box.left} to ${box.right}`);
            }
            const tight = element.matches("th, td") || /hidden|clip/.test(getComputedStyle(element).overflowX);
            if (!hidden(element) && tight && element.scrollWidth > element.clientWidth) {
              found.push(`${element.outerHTML.slice(0, 120)} is cut off`);
            }
          }
          return found;
        }
        """;

    private const string Small = """
        least => [...document.querySelectorAll("a[href], button, input, select, summary")]
          .filter(element => !element.closest(".skip"))
          .map(element => [element.getBoundingClientRect(), element])
          .filter(([box]) => box.width < least || box.height < least)
          .map(([box, element]) => `${element.outerHTML.slice(0, 120)} is ${box.width} by ${box.height}`)
        """;

    private const string Structure = """
        () => [
          ...(document.querySelectorAll("h1").length === 1 ? [] : ["there is not one h1"]),
          ...(document.title ? [] : ["there is no title"]),
          ...[...document.querySelectorAll("table")].filter(table => !table.caption?.textContent).map(() => "a table has no caption"),
          ...[...document.querySelectorAll("table")].filter(table => !table.tHead?.querySelector("th[scope=col]")).map(() => "a table has no headers"),
          ...[...document.querySelectorAll("svg:not([aria-hidden])")].filter(chart => !chart.getAttribute("aria-label")).map(() => "a chart has no name"),
        ]
        """;

    private const string Contrast = """
        () => {
          const parts = colour => colour.match(/[\d.]+/g).map(Number);
          const light = colour => parts(colour).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + [0.2126, 0.7152, 0.0722][index] * part, 0.05);
          const ground = element => {
            const colour = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
            return parts(colour)[3] === 0 ? ground(element.parentElement) : colour;
          };
          return [...document.body.querySelectorAll("*")]
            .filter(element => element.checkVisibility() && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
            .map(element => [element, element.closest("svg") ? getComputedStyle(element).fill : getComputedStyle(element).color])
            .map(([element, ink]) => [element, [light(ink), light(ground(element))].sort((a, b) => b - a)])
            .filter(([, [more, less]]) => more / less < 4.5)
            .map(([element, [more, less]]) => `${element.outerHTML.slice(0, 120)} has a contrast of ${more / less}`);
        }
        """;

    private static readonly AxeRunOptions Rules = new()
    {
        Rules = new Dictionary<string, RuleOptions>(StringComparer.Ordinal) { ["target-size"] = new() { Enabled = true } },
    };

    /// <summary>Names, landmarks, order of headings and more.</summary>
    public static async Task<IEnumerable<string>> AccessibilityAsync(IPage page)
    {
        var result = await page.RunAxe(Rules);
        var found = result.Violations.SelectMany(item => item.Nodes.Select(node => $"{item.Id}: {item.Help}: {node.Html}"));
        return [.. found, .. await page.EvaluateAsync<string[]>(Structure), .. await ContrastAsync(page)];
    }

    /// <summary>Text that is hard to read before what is behind it, also where axe cannot tell.</summary>
    public static async Task<IEnumerable<string>> ContrastAsync(IPage page) => await page.EvaluateAsync<string[]>(Contrast);

    /// <summary>What reaches beyond the screen, or is cut off.</summary>
    public static async Task<IEnumerable<string>> OutsideAsync(IPage page) => await page.EvaluateAsync<string[]>(Outside);

    /// <summary>Fails with a line for each.</summary>
    public static void AssertNone(IEnumerable<string> wrong)
    {
        var lines = string.Join('\n', wrong);
        Assert.True(lines.Length == 0, lines);
    }

    /// <summary>What is too small for a finger.</summary>
    public static async Task<IEnumerable<string>> SmallTargetsAsync(IPage page) => await page.EvaluateAsync<string[]>(Small, 24);
}
