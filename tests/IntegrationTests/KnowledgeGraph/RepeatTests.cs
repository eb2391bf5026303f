using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Platform.KnowledgeGraph.Storage;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>POSTs under an <c>Idempotency-Key</c>: sent again, they are answered again and done once.</summary>
public sealed class RepeatTests(RecommendationFixture fixture) : IClassFixture<RecommendationFixture>
{
    private const string Nodes = "/api/v2/knowledge-graph/nodes";
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeat_is_answered_like_the_first_and_creates_nothing()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var node = new { node_type = "x-acme-server", name = "One" };
        var first = await PostAsync(client, Nodes, node, "k");
        var again = await PostAsync(client, Nodes, node, "k");
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal((first.Headers.Location, first.Headers.ETag), (again.Headers.Location, again.Headers.ETag));
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.True(again.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1L, await tenant.ScalarAsync("MATCH (n) RETURN count(n)"));

        await PostAsync(client, Nodes, new { node_type = "x-acme-server", name = "Two" }, "k").FailsAsync(422, "IDEMPOTENCY_KEY_REUSED");
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(fixture.Client(tenant), Nodes, node, "k")).StatusCode);
        Assert.Equal(2L, await tenant.ScalarAsync("MATCH (n) RETURN count(n)"));

        var bulk = new { nodes = Enumerable.Range(0, 3).Select(_ => node) };
        await PostAsync(client, Nodes + "/bulk", bulk, "b");
        var three = JsonElement.Parse(await (await PostAsync(client, Nodes + "/bulk", bulk, "b")).Content.ReadAsStringAsync(Ct));
        Assert.Equal(3, three.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(5L, await tenant.ScalarAsync("MATCH (n) RETURN count(n)"));

        // Without a time of its own, an interaction told twice would count twice.
        var seen = new { user_id = "u", item_id = "i", type = "view" };
        await PostAsync(client, "/api/v2/interactions", seen, "i");
        await PostAsync(client, "/api/v2/interactions", seen, "i");
        Assert.Equal(1L, await tenant.CatalogueScalarAsync("MATCH ()-[e:DID]->() RETURN count(e)"));
    }

    [Fact]
    public async Task What_was_refused_can_be_corrected_under_the_same_key()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        await PostAsync(client, Nodes, new { node_type = "x-acme-server" }, "k").FailsAsync(422, "VALIDATION_ERROR");
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(client, Nodes, new { node_type = "x-acme-server", name = "One" }, "k")).StatusCode);
    }

    [Fact]
    public async Task What_a_crash_left_unanswered_is_finished_once()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var node = new { node_type = "x-acme-server", name = "One" };
        var first = await PostAsync(client, Nodes, node, "k");
        // As after a crash between the work and its answer.
        await tenant.Store.WriteAsync(GraphKey.Ledger(tenant.Tenant), "MATCH (a:FirstAnswer) SET a.status = 0", null, Ct);
        var again = await PostAsync(client, Nodes, node, "k");
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.False(again.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1L, await tenant.ScalarAsync("MATCH (n) RETURN count(n)"));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        return client.SendAsync(request, Ct);
    }
}
