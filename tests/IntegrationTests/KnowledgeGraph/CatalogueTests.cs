using System.Net;
using System.Net.Http.Json;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Items and interactions: what comes in, what is refused, and who sees it.</summary>
public sealed class CatalogueTests(RecommendationFixture fixture) : IClassFixture<RecommendationFixture>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Items_are_put_replaced_listed_and_removed()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var upload = await client.UploadAsync(
            new { id = "a", name = "Älpha", type = "article", tags = new[] { "x" }, attributes = new { price = 1.50, lang = "de" } }, new { id = "b" }, new { id = "c% d", name = "\"quoted\" \\ text" });
        Assert.Equal((3, 0), (upload.GetProperty("created").GetInt32(), upload.GetProperty("updated").GetInt32()));
        upload = await client.UploadAsync(new { id = "b", name = "Bravo" }, new { id = "b", name = "Bravo 2" }, new { id = "d" });
        Assert.Equal((1, 1), (upload.GetProperty("created").GetInt32(), upload.GetProperty("updated").GetInt32()));

        var response = await client.GetAsync("/api/v2/items/b", Ct);
        Assert.Equal("W/\"2\"", response.Headers.ETag!.ToString());
        Assert.Equal("Bravo 2", (await client.GetJsonAsync("/api/v2/items/b")).GetProperty("name").GetString());
        var item = await client.GetJsonAsync("/api/v2/items/a");
        Assert.Equal(("Älpha", "article", "1.5"), (item.GetProperty("name").GetString(), item.GetProperty("type").GetString(), item.GetProperty("attributes").GetProperty("price").GetRawText()));
        Assert.Equal("\"quoted\" \\ text", (await client.GetJsonAsync($"/api/v2/items/{Uri.EscapeDataString("c% d")}")).GetProperty("name").GetString());

        var seen = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await client.GetJsonAsync($"/api/v2/items?limit=2&sort=-id&cursor={cursor}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
        }

        Assert.Equal(["d", "c% d", "b", "a"], seen);
        Assert.Equal(1, (await client.GetJsonAsync("/api/v1/items?type=article")).GetProperty("data").GetProperty("total").GetInt32());
        await client.GetAsync("/api/v2/items?sort=colour", Ct).FailsAsync(422, "VALIDATION_ERROR");

        using var stale = new HttpRequestMessage(HttpMethod.Delete, "/api/v2/items/b") { Headers = { { "If-Match", "W/\"1\"" } } };
        await client.SendAsync(stale, Ct).FailsAsync(412, "PRECONDITION_FAILED");
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v2/items/b", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v2/items/b", Ct)).StatusCode);
        await client.GetAsync("/api/v2/items/b", Ct).FailsAsync(404, "NOT_FOUND");
        Assert.Equal(3, (await client.GetJsonAsync("/api/v2/items?count=true")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task What_is_wrong_is_told_all_at_once_and_nothing_of_it_is_kept()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var wrong = client.PostAsJsonAsync(
            "/api/v2/items",
            new { items = new object[] { new { id = "fine" }, new { id = "tool--00000000-0000-4000-8000-000000000001" }, new { id = "a/b", type = "No Word", attributes = new { deep = new { a = 1 } } } } }, Ct);
        var text = await (await wrong).Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await wrong).StatusCode);
        Assert.All((string[])["items[1].id", "items[2].id", "items[2].type", "items[2].attributes"], path => Assert.Contains(path, text));
        await client.PostAsJsonAsync("/api/v2/items", new { items = Enumerable.Range(0, 10_001).Select(i => new { id = $"i{i}" }) }, Ct).FailsAsync(422, "items");
        await client.PostAsJsonAsync("/api/v2/items", new { items = new[] { new { id = "x", colour = "red" } } }, Ct).FailsAsync(422, "colour");
        await client.PostAsJsonAsync("/api/v2/items", new { items = 5 }, Ct).FailsAsync(400, "MALFORMED_REQUEST");
        Assert.Equal(0, (await client.GetJsonAsync("/api/v2/items?count=true")).GetProperty("total").GetInt32());

        await client.PostAsJsonAsync("/api/v2/interactions", new { user_id = "u", item_id = "a" }, Ct).FailsAsync(422, "type");
        await client.PostAsJsonAsync("/api/v2/interactions", new { user_id = "u", item_id = "a", type = "view", weight = 0 }, Ct).FailsAsync(422, "weight");
        await client.PostAsJsonAsync("/api/v2/interactions", new { user_id = "u", item_id = "a", type = "view", timestamp = DateTimeOffset.UtcNow.AddHours(1) }, Ct).FailsAsync(422, "timestamp");
        await client.PostAsJsonAsync("/api/v2/interactions", new { interactions = Enumerable.Range(0, 1001).Select(i => new { user_id = "u", item_id = $"i{i}", type = "view" }) }, Ct).FailsAsync(422, "interactions");
        await client.PostAsJsonAsync("/api/v2/recommendations", new { user_id = "u", count = 101 }, Ct).FailsAsync(422, "count");
        await client.PostAsJsonAsync("/api/v2/recommendations", new { user_id = "u", filters = new { source = "elsewhere" } }, Ct).FailsAsync(422, "filters.source");
    }

    [Fact]
    public async Task An_interaction_counts_once_however_often_it_is_told()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var at = DateTimeOffset.UtcNow.AddHours(-1);
        var one = new { user_id = "u", item_id = "a", type = "view", timestamp = at };
        Assert.Equal((1, 0), Counts(await client.PostJsonAsync("/api/v2/interactions", one)));
        Assert.Equal((0, 1), Counts(await client.PostJsonAsync("/api/v1/interactions", one), "data"));
        Assert.Equal((2, 2), Counts(await client.PostJsonAsync("/api/v2/interactions", new
        {
            interactions = new object[] { one, new { user_id = "u", item_id = "a", type = "like", timestamp = at }, new { user_id = "u", item_id = "b", type = "view", timestamp = at }, new { user_id = "u", item_id = "b", type = "view", timestamp = at } },
        })));
        Assert.Equal(3L, await tenant.CatalogueScalarAsync("MATCH ()-[e:DID]->() RETURN count(e)"));
    }

    [Fact]
    public async Task Nobody_without_the_permission_and_no_other_tenant_gets_at_a_catalogue()
    {
        await using var tenant = await fixture.NewTenantAsync();
        await using var other = await fixture.NewTenantAsync();
        await fixture.Client(tenant).UploadAsync(new { id = "mine", name = "Mine" });
        await fixture.Client(tenant).TrackAsync(("u", "mine"));
        var stranger = fixture.Client(other);
        await stranger.GetAsync("/api/v2/items/mine", Ct).FailsAsync(404, "NOT_FOUND");
        Assert.Equal(HttpStatusCode.NoContent, (await stranger.DeleteAsync("/api/v2/items/mine", Ct)).StatusCode);
        Assert.Empty((await stranger.RecommendAsync("u")).Ids());
        await stranger.PostAsJsonAsync("/api/v2/recommendations/similar-items", new { item_id = "mine" }, Ct).FailsAsync(404, "NOT_FOUND");
        Assert.Equal("Mine", (await fixture.Client(tenant).GetJsonAsync("/api/v2/items/mine")).GetProperty("name").GetString());

        var reader = fixture.Client(tenant, "read:knowledge_graph");
        await reader.PostAsJsonAsync("/api/v2/items", new { items = new[] { new { id = "x" } } }, Ct).FailsAsync(403, "INSUFFICIENT_PERMISSIONS");
        await reader.DeleteAsync("/api/v2/items/mine", Ct).FailsAsync(403, "INSUFFICIENT_PERMISSIONS");
        await reader.PostAsJsonAsync("/api/v2/interactions", new { user_id = "u", item_id = "a", type = "view" }, Ct).FailsAsync(403, "INSUFFICIENT_PERMISSIONS");
        await fixture.Client(tenant, "write:notes").PostAsJsonAsync("/api/v2/recommendations", new { user_id = "u" }, Ct).FailsAsync(403, "INSUFFICIENT_PERMISSIONS");
    }

    private static (int Accepted, int Duplicates) Counts(System.Text.Json.JsonElement answer, string? member = null)
    {
        answer = member is null ? answer : answer.GetProperty(member);
        return (answer.GetProperty("accepted").GetInt32(), answer.GetProperty("duplicates").GetInt32());
    }
}
