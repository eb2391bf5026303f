using System.Diagnostics;
using System.Net;
using Microsoft.Playwright;
using Platform.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace Platform.EndToEndTests;

/// <summary>What an operator sees of the platform at work, in a real browser.</summary>
public sealed class DashboardTourTests(PlatformFixture platform)
{
    [Fact]
    public async Task The_waterfall_of_an_import_leads_from_the_client_to_the_graph()
    {
        var traceId = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/threat-intel/import") { Content = new ByteArrayContent(SmallBundle.Create(out _, out _)) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("traceparent", $"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var response = await platform.Admin.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);

        await using var chromium = await Chromium.StartAsync();
        var page = await chromium.OpenAsync(platform.StartLink.ToString(), $"/traces/{traceId}");

        // The page grows with the trace: each process sends in its own time.
        foreach (var (resource, name) in ((string, string)[])
        [
            ("gateway", "POST /api/v2/threat-intel/import"),
            ("threatintel", "POST /api/v2/threat-intel/import"),
            ("threatintel", "outbox relay"),
            ("threatintel", "ThreatObjectsUpserted send"),
            ("knowledgegraph", "process"),
            ("knowledgegraph", "GRAPH.QUERY"),
        ])
        {
            await Expect(page.Locator($".spans [role=row][aria-label^='{resource}, '][aria-label*='{name}']").First).ToBeAttachedAsync();
        }

        await page.Locator(".spans [role=row][aria-label^='knowledgegraph, '][aria-label*='GRAPH.QUERY']").First.ClickAsync();
        await Expect(page.Locator("#panel")).ToContainTextAsync("falkordb");
        TestContext.Current.AddAttachment("waterfall.png", await page.ScreenshotAsync(), "image/png");
        await page.GetByRole(AriaRole.Link, new() { Name = "Logs of this trace" }).ClickAsync();
        await Expect(page.Locator("main tbody tr").First).ToContainTextAsync(traceId[..8]);
    }
}
