using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Platform.Contracts;
using Stix;
using static Platform.IntegrationTests.ThreatIntel.TaxiiCalls;

namespace Platform.IntegrationTests.ThreatIntel;

/// <summary>The rules of TAXII 2.1 that a server must keep, each under its section.</summary>
[Collection(ThreatIntelCollection.Name)]
public sealed partial class TaxiiServerTests(ThreatIntelFixture service)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private Task<(Guid Tenant, HttpClient Client, string Collection)> WithAsync(params string[] objects) => TaxiiCalls.WithAsync(service, objects);

    [Fact]
    public async Task S4_1_Discovery_names_an_api_root_that_holds_behind_any_host()
    {
        var tenant = Guid.NewGuid();
        var discovery = await GetAsync(service.ClientFor(tenant), "/taxii2/");
        Assert.NotEmpty(discovery.GetProperty("title").GetString()!);
        var root = Assert.Single(discovery.GetProperty("api_roots").EnumerateArray()).GetString()!;
        Assert.Equal($"/taxii2/{tenant}/", root);
        Assert.Equal(root, discovery.GetProperty("default").GetString());
    }

    [Fact]
    public async Task S4_2_The_api_root_says_its_versions_and_the_largest_body()
    {
        var tenant = Guid.NewGuid();
        var root = await GetAsync(service.ClientFor(tenant), $"/taxii2/{tenant}/");
        Assert.NotEmpty(root.GetProperty("title").GetString()!);
        Assert.Equal([Taxii], root.GetProperty("versions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal(32 << 20, root.GetProperty("max_content_length").GetInt32());
    }

    [Fact]
    public async Task S4_2_The_root_of_another_tenant_is_404()
    {
        var (tenant, _, all) = await WithAsync(Tool(1));
        var stranger = service.ClientFor(Guid.NewGuid());
        foreach (var path in new[] { $"/taxii2/{tenant}/", $"/taxii2/{tenant}/collections/", all, all + "objects/", all + "manifest/", $"{all}objects/{IdOf("tool", 1)}/", "/taxii2/nothing/" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(stranger, HttpMethod.Get, path)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(stranger, HttpMethod.Post, all + "objects/", Envelope(Tool(2)))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(stranger, HttpMethod.Delete, $"{all}objects/{IdOf("tool", 1)}/")).StatusCode);
    }

    [Theory]
    [InlineData("application/taxii+json;version=2.1", HttpStatusCode.OK)]
    [InlineData("application/taxii+json; version=2.1", HttpStatusCode.OK)]
    [InlineData("application/taxii+json", HttpStatusCode.OK)]
    [InlineData("text/html, */*;q=0.1", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("application/taxii+json;version=2.0", HttpStatusCode.NotAcceptable)]
    [InlineData("application/vnd.oasis.taxii+json", HttpStatusCode.NotAcceptable)]
    [InlineData("application/json", HttpStatusCode.NotAcceptable)]
    [InlineData("application/stix+json;version=2.1", HttpStatusCode.NotAcceptable)]
    public async Task S1_6_8_The_accepted_media_type_decides(string? accept, HttpStatusCode status)
    {
        var (tenant, client, all) = await WithAsync(Tool(1));
        foreach (var path in new[] { "/taxii2/", $"/taxii2/{tenant}/", $"/taxii2/{tenant}/collections/", all, all + "objects/", all + "manifest/", $"{all}objects/{IdOf("tool", 1)}/", $"{all}objects/{IdOf("tool", 1)}/versions/" })
        {
            var response = await SendAsync(client, HttpMethod.Get, path, accept: accept);
            Assert.Equal(status, response.StatusCode);
            Assert.Equal(Taxii, response.Content.Headers.NonValidated["Content-Type"].ToString());
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/taxii+json;version=2.0")]
    [InlineData("application/stix+json;version=2.1")]
    [InlineData("application/vnd.oasis.stix+json;version=2.0")]
    public async Task S5_5_Another_content_type_is_415(string contentType)
    {
        var (_, client, all) = await WithAsync();
        var response = await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1)), contentType: contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(await IdsAsync(client, all + "objects/"));
    }

    [Fact]
    public async Task S3_6_1_Every_error_is_an_error_message_of_taxii()
    {
        var (tenant, client, all) = await WithAsync();
        var reader = service.ClientFor(tenant, permissions: "read:usage");
        foreach (var (sender, method, path, status) in new[]
        {
            (client, HttpMethod.Get, $"/taxii2/{tenant}/collections/nothing/", 404),
            (client, HttpMethod.Get, all + "objects/?added_after=yesterday", 400),
            (client, HttpMethod.Get, "/taxii2/a/b/c/d/e/f", 404),
            (client, HttpMethod.Put, all + "objects/", 405),
            (reader, HttpMethod.Get, all + "objects/", 403),
            (service.Host.CreateClient(), HttpMethod.Get, "/taxii2/", 401),
        })
        {
            var response = await SendAsync(sender, method, path);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(Taxii, response.Content.Headers.NonValidated["Content-Type"].ToString());
            var error = await BodyOf(response);
            Assert.NotEmpty(error.GetProperty("title").GetString()!);
            Assert.Equal(status.ToString(System.Globalization.CultureInfo.InvariantCulture), error.GetProperty("http_status").GetString());
            Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
        }
    }

    [Fact]
    public async Task S5_1_Collections_say_who_may_read_and_write()
    {
        var tenant = Guid.NewGuid();
        var list = (await GetAsync(service.ClientFor(tenant, TlpLevel.Amber), $"/taxii2/{tenant}/collections/")).GetProperty("collections").EnumerateArray().ToList();
        Assert.Equal(["all", "inbox", "tlp-clear", "tlp-green", "tlp-amber"], list.Select(collection => collection.GetProperty("alias").GetString()));
        Assert.Equal(["TrueTrue", "FalseTrue", "TrueFalse", "TrueFalse", "TrueFalse"], list.Select(c => $"{c.GetProperty("can_read").GetBoolean()}{c.GetProperty("can_write").GetBoolean()}"));
        Assert.All(list, collection => Assert.Contains("application/stix+json;version=2.1", collection.GetProperty("media_types").EnumerateArray().Select(type => type.GetString())));
        foreach (var collection in list)
        {
            var byId = await GetAsync(service.ClientFor(tenant), $"/taxii2/{tenant}/collections/{collection.GetProperty("id").GetString()}/");
            var byAlias = await GetAsync(service.ClientFor(tenant), $"/taxii2/{tenant}/collections/{collection.GetProperty("alias").GetString()}/");
            Assert.True(JsonElement.DeepEquals(byId, byAlias));
        }

        var viewer = await GetAsync(service.ClientFor(tenant, permissions: "read:threat_intel"), $"/taxii2/{tenant}/collections/all/");
        Assert.False(viewer.GetProperty("can_write").GetBoolean());
    }

    [Fact]
    public async Task S5_2_Collections_of_a_level_above_the_clearance_are_404()
    {
        var (tenant, client, _) = await WithAsync(Tool(1, level: Tlp.Red), Tool(2, level: Tlp.Green));
        var green = service.ClientFor(tenant, TlpLevel.Green);
        Assert.Equal([IdOf("tool", 1)], await IdsAsync(client, $"/taxii2/{tenant}/collections/tlp-red/objects/"));
        Assert.Equal([IdOf("tool", 2)], await IdsAsync(green, $"/taxii2/{tenant}/collections/tlp-green/objects/"));
        foreach (var path in new[] { "tlp-red/", "tlp-red/objects/", "tlp-red/manifest/", $"tlp-red/objects/{IdOf("tool", 1)}/", "tlp-amber/", "tlp-amber-strict/objects/" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(green, HttpMethod.Get, $"/taxii2/{tenant}/collections/{path}")).StatusCode);
        }
    }

    [Fact]
    public async Task S5_4_A_collection_to_write_to_only_is_403_to_read()
    {
        var (tenant, client, all) = await WithAsync();
        var inbox = $"/taxii2/{tenant}/collections/inbox/";
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(client, HttpMethod.Post, inbox + "objects/", Envelope(Tool(1)))).StatusCode);
        foreach (var path in new[] { "objects/", "manifest/", $"objects/{IdOf("tool", 1)}/", $"objects/{IdOf("tool", 1)}/versions/" })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, HttpMethod.Get, inbox + path)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, HttpMethod.Delete, $"{inbox}objects/{IdOf("tool", 1)}/")).StatusCode);
        Assert.Equal([IdOf("tool", 1)], await IdsAsync(client, all + "objects/"));
    }

    [Fact]
    public async Task S5_5_A_collection_to_read_only_is_403_to_write()
    {
        var (tenant, client, _) = await WithAsync(Tool(1));
        var clear = $"/taxii2/{tenant}/collections/tlp-clear/";
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, HttpMethod.Post, clear + "objects/", Envelope(Tool(2)))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(client, HttpMethod.Delete, $"{clear}objects/{IdOf("tool", 1)}/")).StatusCode);
    }

    [Fact]
    public async Task S5_A_saved_filter_is_a_collection()
    {
        var (tenant, client, all) = await WithAsync(Tool(1), Tool(2, level: Tlp.Amber), Tool(3).Replace("tool", "malware", StringComparison.Ordinal).Replace("\"name\"", "\"is_family\":true,\"name\"", StringComparison.Ordinal));
        var saved = await client.PostAsync("/api/v2/threat-intel/collections", new StringContent("""{"title":"Amber tools","types":["tool"],"tlp":"amber"}""", Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        var id = (await BodyOf(saved)).GetProperty("id").GetString();
        Assert.Equal([IdOf("tool", 2)], await IdsAsync(client, $"/taxii2/{tenant}/collections/{id}/objects/"));
        Assert.Empty(await IdsAsync(service.ClientFor(tenant, TlpLevel.Green), $"/taxii2/{tenant}/collections/{id}/objects/"));
        Assert.Equal(3, (await IdsAsync(client, all + "objects/")).Length);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/v2/threat-intel/collections/{id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, HttpMethod.Get, $"/taxii2/{tenant}/collections/{id}/")).StatusCode);
    }

    [Fact]
    public async Task S5_4_An_empty_collection_answers_an_empty_envelope_without_headers()
    {
        var (_, client, all) = await WithAsync();
        foreach (var path in new[] { "objects/", "manifest/" })
        {
            var response = await SendAsync(client, HttpMethod.Get, all + path);
            Assert.Equal("{}", await response.Content.ReadAsStringAsync(Ct));
            Assert.False(response.Headers.Contains("X-TAXII-Date-Added-First"));
        }
    }

    [Fact]
    public async Task S5_4_Objects_come_in_the_order_of_adding_with_the_dates_of_the_first_and_last()
    {
        var (_, client, all) = await WithAsync(Tool(2), Tool(1));
        await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(3, more: ",\"x_number\":1.50")));
        foreach (var path in new[] { "objects/", "manifest/" })
        {
            var response = await SendAsync(client, HttpMethod.Get, all + path);
            var first = Assert.Single(response.Headers.GetValues("X-TAXII-Date-Added-First"));
            var last = Assert.Single(response.Headers.GetValues("X-TAXII-Date-Added-Last"));
            Assert.Matches(Micros(), first);
            Assert.Matches(Micros(), last);
            Assert.True(string.CompareOrdinal(first, last) < 0);
        }

        Assert.Equal([IdOf("tool", 2), IdOf("tool", 1), IdOf("tool", 3)], await IdsAsync(client, all + "objects/"));
        var object3 = (await GetAsync(client, all + "objects/")).GetProperty("objects")[2];
        Assert.Equal("1.50", object3.GetProperty("x_number").GetRawText());
    }

    [Fact]
    public async Task S3_5_Pages_neither_repeat_nor_skip_while_objects_come_in()
    {
        var (_, client, all) = await WithAsync([.. Enumerable.Range(0, 25).Select(i => Tool(i))]);
        foreach (var list in new[] { "objects/", "manifest/" })
        {
            var seen = new List<string>();
            string? next = null;
            var number = 100;
            do
            {
                var page = await GetAsync(client, $"{all}{list}?limit=4" + (next is null ? "" : "&next=" + next));
                seen.AddRange(page.GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
                next = page.GetProperty("more").GetBoolean() ? page.GetProperty("next").GetString() : null;
                if (seen.Count < 20)
                {
                    await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(list[0] + number++)));
                }
            }
            while (next is not null);
            Assert.Equal(seen.Count, seen.Distinct().Count());
            Assert.Equal(Enumerable.Range(0, 25).Select(i => IdOf("tool", i)), seen.Take(25));
            Assert.True(seen.Count >= 28);
        }
    }

    [Fact]
    public async Task S3_4_added_after_is_exclusive_and_follows_the_last_date_of_a_page()
    {
        var (_, client, all) = await WithAsync([.. Enumerable.Range(0, 9).Select(i => Tool(i))]);
        foreach (var list in new[] { "objects/", "manifest/" })
        {
            var seen = new List<string>();
            var after = "2020-01-01T00:00:00Z";
            while (true)
            {
                var response = await SendAsync(client, HttpMethod.Get, $"{all}{list}?limit=2&added_after={after}");
                var body = await BodyOf(response);
                if (!body.TryGetProperty("objects", out var objects))
                {
                    break;
                }

                seen.AddRange(objects.EnumerateArray().Select(item => item.GetProperty("id").GetString()!));
                after = response.Headers.GetValues("X-TAXII-Date-Added-Last").Single();
            }

            Assert.Equal(Enumerable.Range(0, 9).Select(i => IdOf("tool", i)), seen);
        }
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=-1")]
    [InlineData("limit=many")]
    [InlineData("next=invented")]
    [InlineData("added_after=2026-01-01")]
    [InlineData("added_after=2026-01-01T00:00:00%2B02:00")]
    [InlineData("added_after=2026-01-01T00:00:00Z&added_after=2026-01-01T00:00:00Z")]
    [InlineData("match[version]=newest")]
    public async Task S3_4_Wrong_parameters_are_400(string query)
    {
        var (_, client, all) = await WithAsync(Tool(1));
        foreach (var path in new[] { "objects/", "manifest/", $"objects/{IdOf("tool", 1)}/", $"objects/{IdOf("tool", 1)}/versions/" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(client, HttpMethod.Get, $"{all}{path}?{query}")).StatusCode);
        }
    }

    [Fact]
    public async Task S4_2_A_body_above_max_content_length_is_413()
    {
        var (tenant, client, all) = await WithAsync();
        var largest = (await GetAsync(client, $"/taxii2/{tenant}/")).GetProperty("max_content_length").GetInt32();
        var response = await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1)) + new string(' ', largest));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("413", (await BodyOf(response)).GetProperty("http_status").GetString());
        Assert.Empty(await IdsAsync(client, all + "objects/"));
    }

    [Fact]
    public async Task S3_5_next_comes_with_more_only_and_keeps_the_filter()
    {
        var (_, client, all) = await WithAsync([.. Enumerable.Range(0, 6).Select(i => Tool(i)), .. Enumerable.Range(0, 3).Select(i => Tool(i).Replace("tool--", "campaign--", StringComparison.Ordinal).Replace("\"type\":\"tool\"", "\"type\":\"campaign\"", StringComparison.Ordinal))]);
        foreach (var list in new[] { "objects/", "manifest/" })
        {
            var first = await GetAsync(client, $"{all}{list}?match[type]=campaign&limit=2");
            Assert.True(first.GetProperty("more").GetBoolean());
            Assert.Equal(2, first.GetProperty("objects").GetArrayLength());
            var last = await GetAsync(client, $"{all}{list}?match[type]=campaign&limit=2&next={first.GetProperty("next").GetString()}");
            Assert.False(last.GetProperty("more").GetBoolean());
            Assert.False(last.TryGetProperty("next", out _));
            Assert.StartsWith("campaign--", Assert.Single(last.GetProperty("objects").EnumerateArray()).GetProperty("id").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task S2_1_Identifiers_are_random_uuids()
    {
        var (tenant, client, all) = await WithAsync();
        var saved = await client.PostAsync("/api/v2/threat-intel/collections", new StringContent("""{"title":"Tools","types":["tool"]}""", Encoding.UTF8, "application/json"), Ct);
        Assert.Equal(HttpStatusCode.Created, saved.StatusCode);
        var ids = (await GetAsync(client, $"/taxii2/{tenant}/collections/")).GetProperty("collections").EnumerateArray().Select(collection => collection.GetProperty("id").GetString()!).ToList();
        ids.Add((await BodyOf(await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1))))).GetProperty("id").GetString()!);
        Assert.Equal(9, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
    }

    [Fact]
    public async Task S3_2_Objects_manifest_and_versions_tell_the_dates_of_the_first_and_last_also_of_one_object()
    {
        var (_, client, all) = await WithAsync(Tool(1), Tool(1, "2026-02-01T00:00:00.000Z"));
        var one = $"{all}objects/{IdOf("tool", 1)}/";
        foreach (var path in new[] { all + "objects/", all + "manifest/", one, one + "versions/" })
        {
            var response = await SendAsync(client, HttpMethod.Get, path);
            Assert.Matches(Micros(), Assert.Single(response.Headers.GetValues("X-TAXII-Date-Added-First")));
            Assert.Matches(Micros(), Assert.Single(response.Headers.GetValues("X-TAXII-Date-Added-Last")));
        }
    }

    [Fact]
    public async Task S3_3_Every_list_is_in_the_order_of_adding()
    {
        // Added in another order than that of their versions.
        var (_, client, all) = await WithAsync(Tool(1, "2026-03-01T00:00:00.000Z"), Tool(2));
        await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1, "2026-02-01T00:00:00.000Z")));
        await SendAsync(client, HttpMethod.Post, all + "objects/", Envelope(Tool(1, "2026-04-01T00:00:00.000Z")));
        var manifest = (await GetAsync(client, all + "manifest/?match[version]=all")).GetProperty("objects").EnumerateArray().ToList();
        var dates = manifest.Select(record => record.GetProperty("date_added").GetString()).ToList();
        Assert.Equal(dates.Order(StringComparer.Ordinal), dates);
        Assert.Equal(
            ["2026-03-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
            manifest.Select(record => record.GetProperty("version").GetString()));
        Assert.Equal(
            manifest.Select(record => record.GetProperty("version").GetString()),
            (await GetAsync(client, all + "objects/?match[version]=all")).GetProperty("objects").EnumerateArray().Select(item => item.GetProperty("modified").GetString()));
        Assert.Equal(
            ["2026-03-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"],
            (await GetAsync(client, $"{all}objects/{IdOf("tool", 1)}/versions/")).GetProperty("versions").EnumerateArray().Select(version => version.GetString()));
    }

    [Fact]
    public async Task S3_4_Different_matches_must_all_hold_and_unknown_ones_are_ignored()
    {
        var (_, client, all) = await WithAsync(Tool(1), Tool(2));
        foreach (var list in new[] { "objects/", "manifest/" })
        {
            Assert.Empty(await IdsAsync(client, $"{all}{list}?match[type]=malware&match[id]={IdOf("tool", 1)}"));
            Assert.Equal([IdOf("tool", 1)], await IdsAsync(client, $"{all}{list}?match[type]=malware,tool&match[id]={IdOf("tool", 1)}"));
            Assert.Equal(2, (await IdsAsync(client, $"{all}{list}?match[name]=tool1&colour=red")).Length);
        }
    }

    [Fact]
    public async Task S3_4_A_limit_above_the_servers_own_gives_the_servers_own()
    {
        var (_, client, all) = await WithAsync([.. Enumerable.Range(0, 1_001).Select(i => Tool(i))]);
        foreach (var path in new[] { "objects/?limit=5000", "objects/", "manifest/?limit=5000" })
        {
            var page = await GetAsync(client, all + path);
            Assert.Equal((true, 1_000), (page.GetProperty("more").GetBoolean(), page.GetProperty("objects").GetArrayLength()));
        }
    }

    [Fact]
    public async Task S1_6_Requests_without_the_last_slash_are_the_same()
    {
        var (tenant, client, all) = await WithAsync(Tool(1));
        foreach (var path in new[] { "/taxii2/", $"/taxii2/{tenant}/", $"/taxii2/{tenant}/collections/", all, all + "objects/", all + "manifest/", $"{all}objects/{IdOf("tool", 1)}/versions/" })
        {
            Assert.True(JsonElement.DeepEquals(await GetAsync(client, path), await GetAsync(client, path.TrimEnd('/'))), path);
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]
    private static partial Regex Micros();
}
