using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Platform.Aspire.Hosting.Local.Tests;

public sealed class DashboardTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_served_without_the_token_and_the_start_link_lets_in()
    {
        await using var test = new TestApplication(dashboard: true);
        test.AddShell("service", "echo hello; exec sleep 100").WithEnvironment("SECRET", test.Builder.AddParameter("s", "geheim", secret: true));
        await test.StartAsync();
        var address = new Uri(test.Setting("ASPNETCORE_URLS"));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address };

        foreach (var path in (string[])["/", "/app.js", "/app.css", "/logs", "/traces/1", "/metrics", "/uPlot.esm.js", "/api/resources", "/api/stream", "/api/logs", "/api/traces", "/api/metrics", "/api/telemetry", "/api/resources/service/logs", "/nothing", "/login", "/login?t=wrong"])
        {
            using var refused = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        foreach (var icon in (string[])["/icon.svg", "/favicon.ico"])
        {
            using var shown = await client.GetAsync(icon, Cancellation);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
            Assert.Equal("image/svg+xml", shown.Content.Headers.ContentType?.MediaType);
        }

        using var page = await client.GetAsync($"/login?t={test.Setting("AppHost:BrowserToken")}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(test.Setting("AppHost:BrowserToken"), cookie, StringComparison.Ordinal);
        using var index = await client.GetAsync("/", Cancellation);
        Assert.Equal(HttpStatusCode.OK, index.StatusCode);
        Assert.Contains("default-src 'none'", index.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resources_are_listed_stopped_and_their_secrets_masked()
    {
        await using var test = new TestApplication(dashboard: true);
        test.AddShell("service", "echo hello; exec sleep 100")
            .WithEnvironment("SECRET", test.Builder.AddParameter("s", "geheim", secret: true))
            .WithEnvironment("OPEN", "visible");
        await test.StartAsync();
        await test.States.WaitForResourceHealthyAsync("service", Cancellation);
        using var client = SignedIn(test);

        using var list = JsonDocument.Parse(await client.GetStringAsync("/api/resources", Cancellation));
        var entry = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal("service", entry.GetProperty("id").GetString());
        Assert.Equal("Running", entry.GetProperty("state").GetString());
        Assert.True(entry.GetProperty("pid").GetInt32() > 1);

        var details = await client.GetStringAsync("/api/resources/service", Cancellation);
        Assert.Contains("visible", details, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", details, StringComparison.Ordinal);
        var revealed = await client.GetStringAsync("/api/resources/service/environment/SECRET", Cancellation);
        Assert.Contains("geheim", revealed, StringComparison.Ordinal);
        using var nothingHidden = await client.GetAsync("/api/resources/service/environment/OPEN", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, nothingHidden.StatusCode);

        using var stopped = await client.PostAsync("/api/resources/service/stop", null, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, stopped.StatusCode);
        await test.States.WaitForResourceAsync("service", e => e.Snapshot.State?.Text == KnownResourceStates.Exited, Cancellation);
        using var unknown = await client.PostAsync("/api/resources/nobody/stop", null, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Output_is_streamed_as_it_comes()
    {
        await using var test = new TestApplication(dashboard: true);
        test.AddShell("service", "echo first; sleep 1; echo second >&2; exec sleep 100");
        await test.StartAsync();
        using var client = SignedIn(test);

        using var response = await client.GetAsync("/api/resources/service/logs", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        var seen = "";
        while (!seen.Contains("second", StringComparison.Ordinal))
        {
            seen += await reader.ReadLineAsync(Cancellation);
        }

        Assert.Contains("""{"n":1,"t":"first"}""", seen, StringComparison.Ordinal);
        Assert.Contains("""{"n":2,"t":"second","e":true}""", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_only_resolves_to_this_machine_is_refused()
    {
        await using var test = new TestApplication(dashboard: true);
        await test.StartAsync();
        using var client = SignedIn(test);
        client.DefaultRequestHeaders.Host = "attacker.example";

        using var answer = await client.GetAsync("/api/resources", Cancellation);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_site_cannot_stop_anything()
    {
        await using var test = new TestApplication(dashboard: true);
        test.AddShell("service", "exec sleep 100");
        await test.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(test.Setting("ASPNETCORE_URLS")) };
        (await client.GetAsync($"/login?t={test.Setting("AppHost:BrowserToken")}", Cancellation)).Dispose();

        using var answer = await client.PostAsync("/api/resources/service/stop", null, Cancellation);
        using var forgotten = await client.DeleteAsync("/api/telemetry", Cancellation);
        using var revealed = await client.GetAsync("/api/resources/service/environment/SECRET", Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, forgotten.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, revealed.StatusCode);
    }

    private static HttpClient SignedIn(TestApplication test)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(test.Setting("ASPNETCORE_URLS")) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", test.Setting("AppHost:BrowserToken"));
        return client;
    }
}
