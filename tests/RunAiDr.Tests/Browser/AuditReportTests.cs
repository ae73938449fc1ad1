using System.Text;
using Microsoft.Playwright;
using RunAiDr.Core.Audit;
using RunAiDr.Tests.Core.Audit;
using RunAiDr.Tests.Support;

namespace RunAiDr.Tests.Browser;

/// <summary>The report as an auditor opens it: a file.</summary>
[Collection(InChromium.Name)]
public sealed class AuditReportTests : IDisposable
{
    private readonly Chromium _chromium;
    private readonly TestDirectory _directory = new();
    private readonly Uri _report;

    public AuditReportTests(Chromium chromium)
    {
        _chromium = chromium;
        var file = _directory.File("report.html");
        File.WriteAllText(file, AuditPage.Of(AuditPageTests.Report("team-a")));
        _report = new Uri(file);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(Look.Light)]
    [InlineData(Look.Dark)]
    [InlineData(Look.Phone)]
    public async Task It_is_accessible_fits_and_asks_for_nothing_else(Look look)
    {
        await using var watched = await _chromium.OpenAsync(look);
        await watched.GoAsync(_report);

        Measures.AssertNone([.. await Measures.AccessibilityAsync(watched.Page), .. await Measures.OutsideAsync(watched.Page), .. watched.Complaints]);
    }

    [Fact]
    public async Task It_prints_in_black_on_white_whatever_the_screen_shows()
    {
        await using var watched = await _chromium.OpenAsync(Look.Dark);
        await watched.GoAsync(_report);
        var document = await watched.Page.PdfAsync(new() { Format = "A4" });
        await watched.Page.EmulateMediaAsync(new() { Media = Media.Print });

        Assert.StartsWith("%PDF-", Encoding.Latin1.GetString(document), StringComparison.Ordinal);
        Assert.Equal("rgb(255, 255, 255)", await watched.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Measures.AssertNone(await Measures.ContrastAsync(watched.Page));
    }
}
