using System.Net.Http.Json;
using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>What is recommended to whom, and why.</summary>
public sealed class RecommendationTests(RecommendationFixture fixture) : IClassFixture<RecommendationFixture>
{
    private const string Bear = "intrusion-set--00000000-0000-4000-8000-000000000001";
    private const string Wolf = "intrusion-set--00000000-0000-4000-8000-000000000002";
    private const string Tool = "tool--00000000-0000-4000-8000-000000000003";
    private const string Indicator = "indicator--00000000-0000-4000-8000-000000000004";
    private const string Report = "report--00000000-0000-4000-8000-000000000005";
    private const string Secret = "campaign--00000000-0000-4000-8000-000000000006";
    private const string SecretBear = "intrusion-set--00000000-0000-4000-8000-000000000007";
    private const string Far = "malware--00000000-0000-4000-8000-000000000008";
    private const string Author = "identity--00000000-0000-4000-8000-000000000009";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_took_up_the_same_is_followed_and_the_next_answer_knows_of_every_interaction()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        await FillAsync(client);
        await client.TrackAsync(("me", "cat1"));
        await client.TrainedAsync();

        var answer = await client.RecommendAsync("me", 3);
        var first = answer.GetProperty("recommendations")[0];
        Assert.StartsWith("cat", first.GetProperty("item_id").GetString());
        Assert.Equal(("taken_up", "cat1"), (first.GetProperty("reasons")[0].GetProperty("kind").GetString(), first.GetProperty("reasons")[0].GetProperty("item_id").GetString()));
        Assert.Contains("Cat 1", first.GetProperty("reasons")[0].GetProperty("text").GetString());
        Assert.Matches("^(item-knn|ease)", answer.GetProperty("model").GetString());
        Assert.DoesNotContain("cat1", answer.Ids());

        // Taken up: gone from the next answer. Said no to: gone for good. A dog lover now: dogs.
        var second = first.GetProperty("item_id").GetString()!;
        await client.PostJsonAsync("/api/v2/interactions", new { user_id = "me", item_id = second, type = "view" });
        Assert.DoesNotContain(second, (await client.RecommendAsync("me")).Ids());
        Assert.Contains(second, (await client.RecommendAsync("me", 20, new { include_seen = true })).Ids());
        await client.PostJsonAsync("/api/v2/interactions", new { user_id = "me", item_id = "cat5", type = "dismiss" });
        Assert.DoesNotContain("cat5", (await client.RecommendAsync("me", 20, new { include_seen = true })).Ids());
        await client.TrackAsync(("new", "dog1"));
        Assert.StartsWith("dog", (await client.RecommendAsync("new")).Ids()[0]);

        Assert.All((await client.RecommendAsync("me", 20, new { tags = new[] { "dogs" } })).Ids(), id => Assert.StartsWith("dog", id));
        Assert.Equal(["cat2"], (await client.RecommendAsync("new", 20, new { attributes = new { number = 2 }, tags = new[] { "cats" } })).Ids());
        Assert.DoesNotContain("dog2", (await client.RecommendAsync("new", 20, new { exclude = new[] { "dog2" } })).Ids());
        Assert.Equal("dog1", (await client.PostJsonAsync("/api/v1/recommendations?user_id=nobody&count=1", new { filters = new { types = new[] { "animal" }, exclude = new[] { "cat1", "cat2", "cat3", "cat4", "cat5", "cat6" } } }))
            .GetProperty("data").Ids()[0][..4], (a, b) => a![..3] == b![..3]);
    }

    [Fact]
    public async Task Who_is_new_gets_what_is_popular_of_several_kinds_and_an_empty_tenant_gets_nothing()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        var empty = await client.RecommendAsync("anyone");
        Assert.Equal((0, "popular"), (empty.Ids().Length, empty.GetProperty("model").GetString()));
        Assert.Equal("no_data", (await client.GetJsonAsync("/api/v2/recommendations/models")).GetProperty("status").GetString());

        await FillAsync(client);
        await client.TrackAsync(Enumerable.Range(0, 9).SelectMany(u => new[] { ($"fan{u}", "cat1"), ($"fan{u}", "cat2") }).Append(("fan0", "dog1")));
        var answer = await client.RecommendAsync("nobody", 3);
        Assert.Equal("popular", answer.GetProperty("model").GetString());
        Assert.Equal("cat1", answer.Ids()[0], (a, b) => a![..3] == b![..3]);
        Assert.Contains(answer.Ids(), id => id.StartsWith("dog", StringComparison.Ordinal));
        Assert.Equal("popular", answer.GetProperty("recommendations")[0].GetProperty("reasons")[0].GetProperty("kind").GetString());

        var alike = await client.PostJsonAsync("/api/v2/recommendations/similar-items", new { item_id = "cat3", count = 4 });
        Assert.All(alike.Ids(), id => Assert.StartsWith("cat", id));
        Assert.DoesNotContain("cat3", alike.Ids());
    }

    [Fact]
    public async Task An_analyst_is_shown_what_is_close_to_their_work_and_nothing_that_is_hidden()
    {
        await using var tenant = await fixture.NewTenantAsync();
        await tenant.ApplyAsync(
            new ThreatObjectsUpserted(
            [
                Object(Bear, name: "Bear"), Object(Wolf, name: "Wolf"), Object(Tool, name: "Wrench"), Object(Indicator, name: "bad.example"), Object(Report, name: "On bears"),
                Object(Secret, tlp: TlpLevel.Red, name: "Operation Hidden"), Object(SecretBear, tlp: TlpLevel.Red, name: "Hidden Bear"), Object(Far, name: "Far"), Object(Author, name: "Author"),
            ]),
            new RelationshipsUpserted(
            [
                Link("relationship--00000000-0000-4000-8000-000000000011", Bear, Tool), Link("relationship--00000000-0000-4000-8000-000000000012", Wolf, Tool),
                Link("relationship--00000000-0000-4000-8000-000000000013", Indicator, Bear, type: "indicates"), Link("relationship--00000000-0000-4000-8000-000000000014", Report, Bear, type: "related-to"),
                Link("relationship--00000000-0000-4000-8000-000000000015", Secret, Bear, tlp: TlpLevel.Red, type: "attributed-to"),
                Link("relationship--00000000-0000-4000-8000-000000000016", SecretBear, Tool, tlp: TlpLevel.Red),
                Link("relationship--00000000-0000-4000-8000-000000000017", Bear, Author, type: "related-to"),
            ]));
        var red = fixture.Client(tenant);
        var clear = fixture.Client(tenant, clearance: TlpLevel.Clear);
        await red.TrackAsync(("ana", Bear), ("red", Secret), ("red", SecretBear), ("ana2", Bear), ("ana2", SecretBear), ("ana2", Wolf));
        await red.TrainedAsync();

        var answer = await clear.RecommendAsync("ana");
        Assert.Equal([Indicator, Wolf, Report, Tool], answer.Ids().Order(StringComparer.Ordinal).Where(i => i != Far));
        Assert.Contains("graph", answer.GetProperty("model").GetString());
        var wolf = answer.GetProperty("recommendations").EnumerateArray().Single(r => r.GetProperty("item_id").GetString() == Wolf);
        Assert.Contains(wolf.GetProperty("reasons").EnumerateArray(), r => r.GetProperty("text").GetString() == "Shares Wrench with Bear" && r.GetProperty("item_id").GetString() == Bear);
        var indicator = answer.GetProperty("recommendations").EnumerateArray().Single(r => r.GetProperty("item_id").GetString() == Indicator);
        Assert.Equal("Related (indicates) to Bear", indicator.GetProperty("reasons")[0].GetProperty("text").GetString());
        Assert.Equal([Indicator], (await clear.RecommendAsync("ana", filters: new { types = new[] { "indicator" } })).Ids());
        Assert.Empty((await clear.RecommendAsync("ana", filters: new { source = "catalogue" })).Ids());

        // Who may see it is shown it; who may not learns nothing, not even from the history of one who may.
        Assert.Contains(Secret, (await red.RecommendAsync("ana")).Ids());
        foreach (var text in new[] { answer.ToString(), (await clear.RecommendAsync("red", 100)).ToString(), (await clear.RecommendAsync("ana2", 100)).ToString(), (await clear.RecommendAsync("nobody", 100)).ToString(),
            (await clear.PostJsonAsync("/api/v2/recommendations/similar-items", new { item_id = Tool, count = 100 })).ToString(), (await clear.GetJsonAsync("/api/v2/items")).ToString() })
        {
            Assert.DoesNotContain(Secret, text);
            Assert.DoesNotContain(SecretBear, text);
            Assert.DoesNotContain("Hidden", text);
        }

        Assert.Contains(SecretBear, (await red.PostJsonAsync("/api/v2/recommendations/similar-items", new { item_id = Tool })).Ids());
        await clear.PostAsJsonAsync("/api/v2/recommendations/similar-items", new { item_id = Secret }, Ct).FailsAsync(404, "NOT_FOUND");
        await clear.GetAsync($"/api/v2/items/{Secret}", Ct).FailsAsync(404, "NOT_FOUND");
        Assert.Equal("Bear", (await clear.GetJsonAsync($"/api/v2/items/{Bear}")).GetProperty("name").GetString());
        await clear.DeleteAsync($"/api/v2/items/{Bear}", Ct).FailsAsync(409, "CONFLICT");
    }

    [Fact]
    public async Task Models_tell_how_they_did_and_a_restart_builds_them_again_unasked()
    {
        await using var tenant = await fixture.NewTenantAsync();
        var client = fixture.Client(tenant);
        await FillAsync(client, users: 60);
        await client.TrainedAsync();
        var models = await client.GetJsonAsync("/api/v2/recommendations/models");
        Assert.Equal(["popular", "item-knn", "ease"], models.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Single(models.GetProperty("models").EnumerateArray(), m => m.GetProperty("is_selected").GetBoolean());
        foreach (var metrics in models.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("metrics")))
        {
            Assert.InRange(metrics.GetProperty("ndcg_at_10").GetDouble(), 0.01, 1);
            Assert.InRange(metrics.GetProperty("recall_at_20").GetDouble(), 0.01, 1);
            Assert.InRange(metrics.GetProperty("coverage").GetDouble(), 0.01, 1);
        }

        var before = (await client.RecommendAsync("u1", 5)).GetProperty("recommendations").ToString();
        await using var restarted = await fixture.StartHostAsync();
        var again = RecommendationFixture.Client(restarted, tenant);
        await again.TrainedAsync();
        Assert.Equal(before, (await again.RecommendAsync("u1", 5)).GetProperty("recommendations").ToString());
    }

    /// <summary>Six items of cats and six of dogs; each user takes up four of one kind.</summary>
    private static async Task FillAsync(HttpClient client, int users = 20)
    {
        await client.UploadAsync(((string[])["cat", "dog"]).SelectMany(kind => Enumerable.Range(1, 6).Select(n =>
            (object)new { id = $"{kind}{n}", name = $"{char.ToUpperInvariant(kind[0])}{kind[1..]} {n}", type = "animal", tags = new[] { kind + "s" }, attributes = new { number = n } })));
        await client.TrackAsync(Enumerable.Range(0, 4).SelectMany(round => Enumerable.Range(0, users).Select(u => ($"u{u}", $"{(u % 2 == 0 ? "cat" : "dog")}{1 + ((u + round) % 6)}"))));
    }
}
