using System.Collections.Concurrent;
using MassTransit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.Contracts.ThreatIntel;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The contracts with an outside engine and a data pipeline, over HTTP, and the events.</summary>
public sealed class OutsideEngineTests(RecommendationFixture fixture) : IClassFixture<RecommendationFixture>
{
    private const string Secret = "campaign--00000000-0000-4000-8000-0000000000f1";
    private const string Known = "malware--00000000-0000-4000-8000-0000000000f2";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_engine_is_asked_first_shows_nothing_hidden_and_is_left_alone_when_it_fails()
    {
        await using var tenant = await fixture.NewTenantAsync();
        await using var outside = await OutsideServer.StartAsync();
        await using var host = await fixture.StartHostAsync(more: ("ML_ENGINE_URL", outside.Url));
        await tenant.ApplyAsync(new ThreatObjectsUpserted([Object(Secret, tlp: TlpLevel.Red, name: "Operation Hidden"), Object(Known, name: "Known")]));
        var client = RecommendationFixture.Client(host, tenant, clearance: TlpLevel.Clear);
        await client.UploadAsync(new { id = "a", name = "A" }, new { id = "b", name = "B", type = "article" });
        outside.Engine = _ => Results.Json(new object[]
        {
            new { item_id = Secret, score = 1.0 }, new { item_id = "gone", score = 0.9 }, new { item_id = "b", score = 0.8, reasons = new[] { "because" } }, new { item_id = "b", score = 0.8 },
            new { item_id = Known, score = 0.7 }, new { item_id = "a", score = 0.6 },
        });
        var answer = await client.RecommendAsync("u", 2, new { types = new[] { "article", "malware" } });
        Assert.Equal(("external", "b"), (answer.GetProperty("model").GetString(), answer.Ids()[0]));
        Assert.Equal(["b", Known], answer.Ids());
        Assert.Equal(("engine", "because"), (answer.GetProperty("recommendations")[0].GetProperty("reasons")[0].GetProperty("kind").GetString(), answer.GetProperty("recommendations")[0].GetProperty("reasons")[0].GetProperty("text").GetString()));

        outside.Engine = body => Results.Json(new { recommendations = new[] { new { item_id = body.GetProperty("user_id").GetString() } } });
        Assert.Equal(["a"], (await client.RecommendAsync("a")).Ids());
        Assert.Empty(outside.Broken);

        // What is no answer, and no answer at all: the built-in models. After enough of it nobody asks any more.
        outside.Engine = _ => Results.Json(new { recommendations = 5 });
        Assert.Equal("popular", (await client.RecommendAsync("u")).GetProperty("model").GetString());
        outside.Engine = _ => Results.StatusCode(503);
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(["a", "b"], (await client.RecommendAsync("u")).Ids().Order(StringComparer.Ordinal));
        }

        Assert.InRange(outside.EngineCalls, 4, 8);
        await outside.DisposeAsync();
        Assert.Equal("popular", (await client.RecommendAsync("u")).GetProperty("model").GetString());
    }

    [Fact]
    public async Task The_pipeline_gets_everything_once_and_in_order_however_long_it_is_away()
    {
        await using var tenant = await fixture.NewTenantAsync();
        await using var outside = await OutsideServer.StartAsync();
        outside.Pipeline = _ => Results.StatusCode(503);
        await using (var host = await fixture.StartHostAsync(more: ("DATA_PIPELINE_URL", outside.Url)))
        {
            var client = RecommendationFixture.Client(host, tenant);
            await client.UploadAsync(Enumerable.Range(0, 600).Select(i => (object)new { id = $"i{i}", tags = new[] { "x" } }));
            await client.TrackAsync(("u", "i1"), ("u", "i2"));
            Assert.Equal(System.Net.HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v2/items/i3", Ct)).StatusCode);
            await Eventually.TrueAsync(() => Task.FromResult(outside.PipelineCalls > 2), Patience, Ct, "Trying again");
        }

        // The process is gone; another one tells the rest, now that the pipeline listens.
        Assert.Empty(outside.Taken);
        outside.Pipeline = _ => null;
        await using var next = await fixture.StartHostAsync(more: ("DATA_PIPELINE_URL", outside.Url));
        _ = next.Services;
        await Eventually.TrueAsync(() => Task.FromResult(outside.Taken.Count >= 4), Patience, Ct, "The forwarding");
        var taken = outside.Taken.Where(t => t.Body.GetProperty("tenant_id").GetGuid() == tenant.Tenant).ToArray();
        Assert.Equal(["/internal/data/items", "/internal/data/items", "/internal/data/interactions", "/internal/data/items/removed"], taken.Select(t => t.Path));
        Assert.Equal(600, taken.Take(2).SelectMany(t => t.Body.GetProperty("items").EnumerateArray()).Select(i => i.GetProperty("id").GetString()).Distinct().Count());
        var interaction = taken[2].Body.GetProperty("interactions")[0];
        Assert.Equal(("u", "i1", "view", 1), (interaction.GetProperty("user_id").GetString(), interaction.GetProperty("item_id").GetString(), interaction.GetProperty("type").GetString(), interaction.GetProperty("weight").GetDouble()));
        Assert.Equal("i3", taken[3].Body.GetProperty("item_ids")[0].GetString());
        Assert.Empty(outside.Broken);

        // What it refuses for good is kept, and does not hold up the others.
        var again = RecommendationFixture.Client(next, tenant);
        outside.Pipeline = path => path.EndsWith("/interactions", StringComparison.Ordinal) ? Results.UnprocessableEntity() : null;
        await again.TrackAsync(("u", "i4"));
        await again.UploadAsync(new { id = "last" });
        await Eventually.TrueAsync(() => Task.FromResult(outside.Taken.Any(t => t.Body.ToString().Contains("last", StringComparison.Ordinal))), Patience, Ct, "What came after");
        Assert.Equal(1L, await tenant.CatalogueScalarAsync("MATCH (o:Outbox) WHERE o.refused_by_pipeline IS NOT NULL RETURN count(o)"));
    }

    [Fact]
    public async Task Changes_are_published_and_leave_nothing_behind()
    {
        await using var tenant = await fixture.NewTenantAsync();
        await using var host = await fixture.StartHostAsync(withBroker: true);
        await host.Services.ReadyBusAsync();
        var heard = new ConcurrentQueue<(string? Tenant, object Event)>();
        var endpoint = host.Services.GetRequiredService<IReceiveEndpointConnector>().ConnectReceiveEndpoint($"{host.MessagePrefix}.heard", (_, e) =>
        {
            if (e is IRabbitMqReceiveEndpointConfigurator rabbit)
            {
                (rabbit.AutoDelete, rabbit.Durable) = (true, false);
            }

            e.Handler<ItemsUpserted>(m => Hear(m.Headers.Get<string>(WellKnown.EventHeaders.Tenant), m.Message));
            e.Handler<InteractionsTracked>(m => Hear(m.Headers.Get<string>(WellKnown.EventHeaders.Tenant), m.Message));
            e.Handler<ItemsRemoved>(m => Hear(m.Headers.Get<string>(WellKnown.EventHeaders.Tenant), m.Message));
        });
        await endpoint.Ready;
        var client = RecommendationFixture.Client(host, tenant);
        await client.UploadAsync(new { id = "a", attributes = new { n = 1 } });
        await client.TrackAsync(("u", "a"));
        await client.DeleteAsync("/api/v2/items/a", Ct);
        await Eventually.TrueAsync(() => Task.FromResult(heard.Count(h => h.Tenant == tenant.Tenant.ToString()) >= 3), Patience, Ct, "The events");
        Assert.Equal("u", heard.Where(h => h.Tenant == tenant.Tenant.ToString()).Select(h => h.Event).OfType<InteractionsTracked>().Single().Interactions[0].UserId);
        await Eventually.TrueAsync(async () => await tenant.CatalogueScalarAsync("MATCH (o:Outbox) RETURN count(o)") is 0L, Patience, Ct, "An empty outbox");

        Task Hear(string? of, object e)
        {
            heard.Enqueue((of, e));
            return Task.CompletedTask;
        }
    }
}
