using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Platform.Contracts;
using Platform.TestSupport;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>Sources that are read on a schedule.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed class FeedTests(ThreatIntelFixture service)
{
    private const string Feeds = "/api/v2/threat-intel/feeds";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private static async Task<JsonElement> BodyOf(HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync(Ct));

    private static async Task<string> CreateAsync(HttpClient client, object feed)
    {
        var response = await client.PostAsJsonAsync(Feeds, feed, Ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    /// <summary>Waits until so many runs are over and their imports too; gives the runs, the oldest first.</summary>
    private static async Task<List<JsonElement>> RunsAsync(HttpClient client, string feed, int count)
    {
        List<JsonElement> runs = [];
        await Eventually.TrueAsync(
            async () =>
            {
                runs = [.. (await ThreatIntelFixture.GetAsync(client, feed + "/runs", Ct)).GetProperty("items").EnumerateArray().Reverse()];
                if (runs.Count < count || runs.Exists(run => run.GetProperty("status").GetString() is "queued" or "running"))
                {
                    return false;
                }

                foreach (var import in runs.SelectMany(run => run.GetProperty("imports").EnumerateArray()))
                {
                    var state = (await ThreatIntelFixture.GetAsync(client, "/api/v2/threat-intel/imports/" + import.GetString(), Ct)).GetProperty("status").GetString();
                    if (state is "queued" or "running")
                    {
                        return false;
                    }
                }

                return true;
            },
            TimeSpan.FromMinutes(1),
            Ct,
            $"{count} runs of the feed");
        return [.. (await ThreatIntelFixture.GetAsync(client, feed + "/runs", Ct)).GetProperty("items").EnumerateArray().Reverse()];
    }

    private static async Task PollAsync(HttpClient client, string feed)
    {
        var response = await client.PostAsync(feed + "/poll", null, Ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.StartsWith(feed + "/runs/", response.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    private async Task<SortedDictionary<string, string>> ObjectsOf(Guid tenant)
    {
        var export = await ThreatIntelFixture.GetAsync(service.ClientFor(tenant), "/api/v2/threat-intel/export", Ct);
        return new(export.GetProperty("objects").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetString()!, item => item.GetRawText()), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Our_client_polls_our_server_and_ends_with_an_equal_set()
    {
        var (there, here) = (Guid.NewGuid(), Guid.NewGuid());
        await service.ImportAsync(there, ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 130).Select(i => TaxiiCalls.Tool(i))]), Ct);
        var server = service.ClientFor(there);
        var isBusy = 1;
        await using var source = await FeedSource.StartAsync(async context =>
        {
            if (context.Request.Headers["X-API-Key"] != "the key")
            {
                context.Response.StatusCode = 401;
            }
            else if (Interlocked.Exchange(ref isBusy, 0) == 1)
            {
                context.Response.StatusCode = 503;
            }
            else
            {
                var query = context.Request.QueryString.HasValue ? context.Request.QueryString + "&limit=50" : "?limit=50";
                await FeedSource.RelayAsync(context, server, context.Request.Path + query);
            }
        });
        var client = service.ClientFor(here);
        var feed = await CreateAsync(client, new
        {
            name = "ours",
            kind = "taxii",
            url = $"{source.Url}/taxii2/{there}/collections/all/",
            auth = new { kind = "header", name = "X-API-Key", secret = "the key" },
        });

        // Nobody asks for the first poll: it is due at once. It meets a busy source, and three pages.
        var runs = await RunsAsync(client, feed, 1);
        Assert.Equal("completed", runs[0].GetProperty("status").GetString());
        Assert.Equal((3, 130), (runs[0].GetProperty("pages").GetInt32(), runs[0].GetProperty("created").GetInt32()));
        Assert.Equal(4, source.Asked.Count);
        Assert.Equal(await ObjectsOf(there), await ObjectsOf(here));

        // Only what was added or changed since then is asked for.
        await service.ImportAsync(there, ThreatIntelFixture.BundleBytes(TaxiiCalls.Tool(3, "2026-04-01T00:00:00.000Z"), TaxiiCalls.Tool(500)), Ct);
        await PollAsync(client, feed);
        runs = await RunsAsync(client, feed, 2);
        Assert.Equal((1, 1, 0), (runs[1].GetProperty("created").GetInt32(), runs[1].GetProperty("updated").GetInt32(), runs[1].GetProperty("unchanged").GetInt32()));
        Assert.Contains("added_after=", source.Asked.Last(), StringComparison.Ordinal);
        Assert.Equal(await ObjectsOf(there), await ObjectsOf(here));

        await PollAsync(client, feed);
        runs = await RunsAsync(client, feed, 3);
        Assert.Empty(runs[2].GetProperty("imports").EnumerateArray());
    }

    [Fact]
    public async Task A_poll_that_was_cut_off_goes_on_with_the_page_that_it_lacks()
    {
        var (there, here) = (Guid.NewGuid(), Guid.NewGuid());
        await service.ImportAsync(there, ThreatIntelFixture.BundleBytes([.. Enumerable.Range(0, 40).Select(i => TaxiiCalls.Tool(i))]), Ct);
        var server = service.ClientFor(there);
        var isBroken = true;
        var answers = 0;
        await using var source = await FeedSource.StartAsync(async context =>
        {
            if (isBroken && answers >= 2)
            {
                context.Response.StatusCode = 500;
                return;
            }

            Interlocked.Increment(ref answers);
            var query = context.Request.QueryString.HasValue ? context.Request.QueryString + "&limit=10" : "?limit=10";
            await FeedSource.RelayAsync(context, server, context.Request.Path + query);
        });
        var client = service.ClientFor(here);
        var feed = await CreateAsync(client, new { name = "breaks", kind = "taxii", url = $"{source.Url}/taxii2/{there}/collections/all/" });
        var runs = await RunsAsync(client, feed, 1);
        Assert.Equal("failed", runs[0].GetProperty("status").GetString());
        Assert.Equal("The source answered 500.", runs[0].GetProperty("message").GetString());
        Assert.Equal(20, runs[0].GetProperty("created").GetInt32());
        var shown = await ThreatIntelFixture.GetAsync(client, feed, Ct);
        Assert.Equal(1, shown.GetProperty("failures").GetInt32());
        Assert.InRange(shown.GetProperty("next_poll_at").GetDateTimeOffset() - shown.GetProperty("last_polled_at").GetDateTimeOffset(), TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(61));

        isBroken = false;
        await PollAsync(client, feed);
        runs = await RunsAsync(client, feed, 2);
        Assert.Equal(("completed", 20), (runs[1].GetProperty("status").GetString(), runs[1].GetProperty("created").GetInt32()));
        Assert.Equal(0, runs[1].GetProperty("unchanged").GetInt32());
        Assert.Equal(await ObjectsOf(there), await ObjectsOf(here));
        Assert.Equal(0, (await ThreatIntelFixture.GetAsync(client, feed, Ct)).GetProperty("failures").GetInt32());
    }

    [Theory]
    [InlineData("csv", "ioc,kind\n198.51.100.77,ip\nevil-feed.example,domain\n", 2)]
    [InlineData("text", "The report names hxxp://evil-feed[.]example/a and 198.51.100.78.", 3)]
    [InlineData("misp", """{"Event":{"uuid":"5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9a01","info":"x","date":"2026-01-01","timestamp":"1767225600","Attribute":[{"uuid":"5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9a02","type":"ip-dst","value":"198.51.100.79","timestamp":"1767225600","to_ids":true}]}}""", 2)]
    [InlineData("json", """{"Event":{"uuid":"5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9a01","info":"x","date":"2026-01-01","timestamp":"1767225600","Attribute":[{"uuid":"5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9a02","type":"ip-dst","value":"198.51.100.79","timestamp":"1767225600","to_ids":true}]}}""", 2)]
    [InlineData("stix", """{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000009","objects":[{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"t"}]}""", 1)]
    [InlineData("json", """{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000009","objects":[{"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"t"}]}""", 1)]
    public async Task A_document_is_read_by_its_kind_and_not_again_while_it_is_the_same(string kind, string document, int objects)
    {
        await using var source = await FeedSource.StartAsync(async context =>
        {
            context.Response.Headers.ETag = "\"v1\"";
            if (context.Request.Headers.IfNoneMatch == "\"v1\"")
            {
                context.Response.StatusCode = 304;
                return;
            }

            await context.Response.WriteAsync(document, Ct);
        });
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var feed = await CreateAsync(client, new { name = kind, kind, url = source.Url + "/list", mapping = kind == "csv" ? "value:ioc,type:kind" : null });
        var runs = await RunsAsync(client, feed, 1);
        Assert.Equal(("completed", objects, 0), (runs[0].GetProperty("status").GetString(), runs[0].GetProperty("created").GetInt32(), runs[0].GetProperty("failed").GetInt32()));
        await PollAsync(client, feed);
        runs = await RunsAsync(client, feed, 2);
        Assert.Equal("completed", runs[1].GetProperty("status").GetString());
        Assert.Empty(runs[1].GetProperty("imports").EnumerateArray());
    }

    [Fact]
    public async Task A_misp_feed_is_read_by_its_manifest_and_then_only_what_was_changed()
    {
        var events = new SortedDictionary<string, long>
        {
            ["5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b01"] = 1767225700,
            ["5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b02"] = 1767225600,
            ["5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b03"] = 1767225800,
        };
        await using var source = await FeedSource.StartAsync(async context =>
        {
            var name = Path.GetFileNameWithoutExtension(context.Request.Path);
            if (name == "manifest")
            {
                await context.Response.WriteAsJsonAsync(events.ToDictionary(e => e.Key, e => new { info = "x", timestamp = e.Value.ToString(System.Globalization.CultureInfo.InvariantCulture) }), Ct);
            }
            else if (name.EndsWith("03", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 404; // a manifest can be ahead of its documents
            }
            else
            {
                await context.Response.WriteAsync($$$"""
                    {"Event":{"uuid":"{{{name}}}","info":"x","date":"2026-01-01","timestamp":"{{{events[name]}}}","Attribute":[
                    {"uuid":"{{{name.Replace("9b", "9c", StringComparison.Ordinal)}}}","type":"ip-dst","value":"198.51.100.{{{name[^1]}}}","timestamp":"1767225600","to_ids":true}]}}
                    """, Ct);
            }
        });
        var tenant = Guid.NewGuid();
        var client = service.ClientFor(tenant);
        var feed = await CreateAsync(client, new { name = "misp", kind = "misp", url = source.Url + "/feed/manifest.json" });
        var runs = await RunsAsync(client, feed, 1);
        Assert.Equal(("failed", 4), (runs[0].GetProperty("status").GetString(), runs[0].GetProperty("created").GetInt32()));
        Assert.Equal("1 of 3 events could not be read; the first is 5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b03.", runs[0].GetProperty("message").GetString());
        Assert.Equal(["/feed/manifest.json", "/feed/5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b02.json", "/feed/5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b01.json", "/feed/5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b03.json"], source.Asked);

        source.Asked.Clear();
        events.Remove("5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b03");
        events["5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b01"] = 1767225900;
        await PollAsync(client, feed);
        runs = await RunsAsync(client, feed, 2);
        Assert.Equal(("completed", 0, 1), (runs[1].GetProperty("status").GetString(), runs[1].GetProperty("created").GetInt32(), runs[1].GetProperty("updated").GetInt32()));
        Assert.Equal(["/feed/manifest.json", "/feed/5f0e7ff4-0d84-4a0a-8a53-0c6b6b3f9b01.json"], source.Asked);
        Assert.Equal("2026-01-01T00:05:00.000Z", (await ThreatIntelFixture.GetAsync(client, feed, Ct)).GetProperty("added_after").GetString());
    }

    [Theory]
    [InlineData("http://10.255.255.1/list", "The address leads to a network that may not be called.")]
    [InlineData("http://169.254.169.254/latest/meta-data", "The address leads to a network that may not be called.")]
    public async Task What_may_not_be_called_is_not(string url, string message)
    {
        var client = service.ClientFor(Guid.NewGuid());
        var runs = await RunsAsync(client, await CreateAsync(client, new { name = "inner", kind = "stix", url }), 1);
        Assert.Equal(("failed", message), (runs[0].GetProperty("status").GetString(), runs[0].GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_secret_is_sealed_never_shown_and_sent_to_nobody_else()
    {
        const string Secret = "hunter2-hunter2";
        var sent = new List<string>();
        await using var source = await FeedSource.StartAsync(context =>
        {
            lock (sent)
            {
                sent.Add(context.Request.Headers.Authorization.ToString());
            }

            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
        var client = service.ClientFor(Guid.NewGuid());
        var created = await client.PostAsJsonAsync(Feeds, new { name = "s", kind = "stix", url = source.Url + "/x", auth = new { kind = "basic", name = "me", secret = Secret } }, Ct);
        Assert.DoesNotContain(Secret, await created.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        var feed = created.Headers.Location!.ToString();
        await RunsAsync(client, feed, 1);
        Assert.Contains("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret)), sent);
        var shown = await ThreatIntelFixture.GetAsync(client, feed, Ct);
        Assert.True(shown.GetProperty("auth").GetProperty("has_secret").GetBoolean());
        Assert.DoesNotContain(Secret, shown.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(0, await service.CountAsync($"SELECT count(*) FROM feeds WHERE position('{Secret}'::bytea in secret) > 0", Ct));
        Assert.Equal(1, await service.CountAsync($"SELECT count(*) FROM feeds WHERE id = '{shown.GetProperty("id").GetString()}' AND length(secret) > 20", Ct));

        // Renamed, it goes on; to another host the secret does not go along.
        var renamed = await client.PatchAsync(feed, JsonContent.Create(new { name = "t" }), Ct);
        Assert.True((await BodyOf(renamed)).GetProperty("auth").GetProperty("has_secret").GetBoolean());
        var moved = await client.PatchAsync(feed, JsonContent.Create(new { url = "http://elsewhere.example/x" }), Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, moved.StatusCode);
        Assert.Contains("auth.secret", await moved.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feeds_are_their_tenants_and_of_their_makers_clearance()
    {
        var tenant = Guid.NewGuid();
        var red = service.ClientFor(tenant);
        var feed = await CreateAsync(red, new { name = "f", kind = "stix", url = "http://10.255.255.1/", enabled = false });
        foreach (var stranger in new[] { service.ClientFor(Guid.NewGuid()), service.ClientFor(tenant, TlpLevel.Amber) })
        {
            Assert.Empty((await ThreatIntelFixture.GetAsync(stranger, Feeds, Ct)).GetProperty("items").EnumerateArray());
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(feed, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(feed + "/runs", Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.PostAsync(feed + "/poll", null, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, (await stranger.DeleteAsync(feed, Ct)).StatusCode);
        }

        Assert.Empty((await ThreatIntelFixture.GetAsync(red, feed + "/runs", Ct)).GetProperty("items").EnumerateArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await service.ClientFor(tenant, permissions: "read:threat_intel").PostAsync(feed + "/poll", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await red.DeleteAsync(feed, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await red.GetAsync(feed, Ct)).StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_with_a_feed_is_said_at_once()
    {
        var client = service.ClientFor(Guid.NewGuid());
        var response = await client.PostAsJsonAsync(Feeds, new { name = "", kind = "rss", url = "ftp://a/b", interval_seconds = 1, delimiter = "ab", auth = new { kind = "header", name = "Host", secret = "a\nb" } }, Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var errors = (await BodyOf(response)).GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal);
        Assert.Equal(["auth.name", "auth.secret", "delimiter", "interval_seconds", "kind", "name", "url"], errors);
    }
}
