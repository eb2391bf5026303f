using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Platform.TestSupport;

/// <summary>The distribution's Chromium, without a window, signed in to a dashboard. Keeps what pages complain about.</summary>
internal sealed partial class Chromium : IAsyncDisposable
{
    // Loaded machines draw slowly; a test that waits for something ends as soon as it is there.
    private const int PatienceMilliseconds = 120_000;
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    /// <summary>Errors and warnings of the pages' consoles, among them breaches of the content security policy.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Chromium> StartAsync()
    {
        var program = Environment.GetEnvironmentVariable("PLATFORM_CHROMIUM") ?? Array.Find(Places, File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed (package chromium); './platform test' installs it.");
        var playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        // Root has no sandbox; what is opened here is our own page.
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = ["--no-sandbox"] });
        return new Chromium(playwright, browser);
    }

    /// <summary>Opens the start link and then a page of the dashboard; what was open before is closed.</summary>
    public async Task<IPage> OpenAsync(string startLink, string path = "/", ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 900)
    {
        foreach (var earlier in _browser.Contexts.ToArray())
        {
            await earlier.CloseAsync();
        }

        var context = await _browser.NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = height } });
        context.SetDefaultTimeout(PatienceMilliseconds);
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                lock (Complaints)
                {
                    Complaints.Add($"{path}: {message.Text} ({message.Location})");
                }
            }
        };
        page.PageError += (_, error) =>
        {
            lock (Complaints)
            {
                Complaints.Add($"{path}: {error}");
            }
        };
        await page.GotoAsync(startLink);
        // Asked again and again: a wait for the navigation's event misses one that comes between its look at the address and its listening.
        await Assertions.Expect(page).Not.ToHaveURLAsync(SignInPage());
        if (path != "/")
        {
            await page.GotoAsync(new Uri(new Uri(startLink), path).ToString());
        }

        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [GeneratedRegex("/login")]
    private static partial Regex SignInPage();
}
