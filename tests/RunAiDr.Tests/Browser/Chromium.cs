using Microsoft.Playwright;

namespace RunAiDr.Tests.Browser;

/// <summary>Debian's Chromium without a window, one for all tests that need it.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>The machine may be busy with other tests.</summary>
    public const float Patience = 60_000;

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();

        // Its sandbox refuses to run as root, as tests in containers do.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", ChromiumSandbox = false, Timeout = Patience });
        Assertions.SetDefaultExpectTimeout(Patience);
    }

    public async Task DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A page of a profile of its own.</summary>
    internal async Task<WatchedPage> OpenAsync(Look look = Look.Light, bool script = true)
    {
        var context = await _browser.NewContextAsync(new()
        {
            ColorScheme = look == Look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            ReducedMotion = ReducedMotion.Reduce,
            ViewportSize = look == Look.Phone ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 },
            IsMobile = look == Look.Phone,
            HasTouch = look == Look.Phone,
        });
        context.SetDefaultTimeout(Patience);
        return new WatchedPage(await context.NewPageAsync());
    }
}

/// <summary>On what a page is looked at.</summary>
public enum Look
{
    /// <summary>A wide screen.</summary>
    Light,

    /// <summary>The same at night.</summary>
    Dark,

    /// <summary>360 pixels wide, touched with fingers.</summary>
    Phone,
}

/// <summary>The tests that share a Chromium.</summary>
[CollectionDefinition(Name)]
public sealed class InChromium : ICollectionFixture<Chromium>
{
    public const string Name = "Chromium";
}
