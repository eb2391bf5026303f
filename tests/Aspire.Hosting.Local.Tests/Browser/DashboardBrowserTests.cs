using Microsoft.Playwright;
using Platform.Aspire.Hosting.Local.Tests.Telemetry;
using static Microsoft.Playwright.Assertions;

namespace Platform.Aspire.Hosting.Local.Tests.Browser;

/// <summary>The dashboard as people meet it, in a real browser.</summary>
public sealed class DashboardBrowserTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task An_error_is_found_from_the_resources_page_in_three_clicks()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink);

        await page.GetByRole(AriaRole.Link, new() { Name = "1 error", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Row, new() { Name = "order failed" }).GetByRole(AriaRole.Link).ClickAsync();
        await page.Locator(".span.bad").ClickAsync();

        var panel = page.Locator("#panel");
        await Expect(panel).ToContainTextAsync("it broke");
        await Expect(panel).ToContainTextAsync("nothing left");
        await Expect(panel).ToContainTextAsync("insert into stock");
    }

    [Fact]
    public async Task The_waterfall_leads_through_the_queue_and_folds_by_keyboard()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink, $"/traces/{DashboardFixture.OrderTrace}");
        var rows = page.Locator(".spans [role=row]");

        await Expect(rows).ToHaveCountAsync(4);
        Assert.Equal(["1", "2", "3", "4"], await rows.EvaluateAllAsync<string[]>("rows => rows.map(r => r.getAttribute('aria-level'))"));
        await Expect(rows.Nth(1)).ToContainTextAsync("sends · orders");
        await Expect(rows.Nth(2)).ToContainTextAsync("warehouse");
        await Expect(rows.Nth(0).Locator(".dot")).ToHaveCountAsync(2);

        await rows.Nth(0).FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(rows.Nth(1)).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(rows.Nth(2)).ToBeHiddenAsync();
        await Expect(rows.Nth(3)).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(rows.Nth(3)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#panel")).ToContainTextAsync("messaging.destination.name");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#panel")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Every_page_is_reached_and_used_by_keyboard()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Resources" })).ToBeVisibleAsync();
        foreach (var (key, heading) in ((string, string)[])[("g", "Graph"), ("c", "Console"), ("s", "Logs"), ("m", "Metrics"), ("t", "Traces")])
        {
            await page.Keyboard.PressAsync(key);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 })).ToBeVisibleAsync();
        }

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("orders");
        await Expect(page.Locator("main tbody tr")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("main tbody tr").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Treegrid)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("OTEL_EXPORTER_OTLP_ENDPOINT");
    }

    [Fact]
    public async Task Logs_come_in_live_and_are_filtered_by_what_a_record_says()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink, "/logs");
        await Expect(page.GetByText("order taken")).ToBeVisibleAsync();
        var text = $"stocktaking {Guid.NewGuid():N}";
        var record = Sample.Log(text);
        record.Attributes.Add(Sample.Text("shelf", "<b>7</b>"));

        await dashboard.SendAsync(Sample.Logs("warehouse", record));

        await page.GetByText(text).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Only records with this shelf" }).ClickAsync();
        await Expect(page.Locator("main tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator(".chip")).ToHaveTextAsync("shelf=<b>7</b>");
        await page.Locator(".chip").ClickAsync();
        await Expect(page.GetByText("order taken")).ToBeVisibleAsync();
        await page.GetByLabel("Search logs").FillAsync("ORDER FAILED");
        await Expect(page.Locator("main tbody tr")).ToHaveCountAsync(1);
        Assert.Contains("text=ORDER+FAILED", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_drawn_with_percentiles_and_lead_to_traces()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink, "/metrics");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "http.server.request.duration" })).ToBeVisibleAsync();
        await Expect(page.Locator(".chart canvas").First).ToBeVisibleAsync();
        await Expect(page.Locator(".u-legend").First).ToContainTextAsync("p99");

        await page.GetByRole(AriaRole.Button, new() { Name = "Table" }).ClickAsync();
        // 90, 9 and 1 of a hundred up to 10 ms, 100 ms and 1 s: the ninetieth ends the first bucket.
        await Expect(page.Locator(".stage td.number").Nth(1)).ToHaveTextAsync("10 ms");
        await page.GetByRole(AriaRole.Link, new() { Name = "orders" }).ClickAsync();
        await page.GetByLabel("Split by").SelectOptionAsync("route");
        await Expect(page.Locator(".u-legend").First).ToContainTextAsync("/b");
        await page.GoBackAsync();
        await page.Locator(".stage section a").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Treegrid)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_secret_is_shown_when_asked_for_and_a_resource_restarted()
    {
        var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink);
        await page.GetByRole(AriaRole.Button, new() { Name = "shop", Exact = true }).ClickAsync();
        var panel = page.Locator("#panel");
        await Expect(panel).ToContainTextAsync("●●●●●●");
        Assert.DoesNotContain("geheim", await page.ContentAsync(), StringComparison.Ordinal);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Show DATABASE_PASSWORD" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("geheim");

        await page.GetByRole(AriaRole.Link, new() { Name = "Console of database" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("ready");
        await page.GetByRole(AriaRole.Link, new() { Name = "Resources" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart database" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Console of database" }).ClickAsync();
        await Expect(page.GetByText("ready")).ToHaveCountAsync(2);
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task No_page_complains_or_is_wider_than_its_window(ColorScheme scheme, int width)
    {
        // Other tests of this browser provoke refusals on purpose.
        dashboard.Chromium.Complaints.Clear();
        foreach (var path in (string[])["/", "/?resource=shop", "/graph", "/console/shop", "/logs", "/traces", $"/traces/{DashboardFixture.OrderTrace}", "/metrics/shop/meter/orders"])
        {
            var page = await dashboard.Chromium.OpenAsync(dashboard.StartLink, path, scheme, width);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            var wider = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth");
            Assert.True(wider <= 0, $"{path} is {wider} px wider than its window of {width}.");
            var background = await page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
            Assert.Equal(scheme == ColorScheme.Dark ? "rgb(18, 22, 27)" : "rgb(245, 247, 249)", background);
        }

        Assert.True(dashboard.Chromium.Complaints.Count == 0, string.Join('\n', dashboard.Chromium.Complaints));
    }
}
