using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Platform.Contracts;
using Platform.Contracts.Identity;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Storage;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>Events come over the broker.</summary>
public sealed class EventsTests(Stack stack)
{
    [Fact]
    public async Task What_is_published_is_in_the_graph_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var fixture = await StartAsync(stack);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
        });
        var client = host.ClientFor(ServiceHost<GraphNode>.User(fixture.Tenant, "read:all"));
        var bus = await host.Services.ReadyBusAsync();
        const string a = "malware--00000000-0000-4000-8000-00000000000a", b = "tool--00000000-0000-4000-8000-00000000000b", link = "relationship--00000000-0000-4000-8000-0000000000ab";
        var repeated = Guid.NewGuid();
        await PublishAsync(bus, fixture.Tenant, new RelationshipsUpserted([Link(link, a, b)]), Guid.NewGuid(), ct);
        await PublishAsync(bus, fixture.Tenant, new ThreatObjectsUpserted([Object(a), Object(b)]), repeated, ct);
        await PublishAsync(bus, fixture.Tenant, new ThreatObjectsUpserted([Object(a), Object(b)]), repeated, ct);

        Assert.Equal((2, 1), await CountsAsync(client, c => c == (2, 1), ct));
        await PublishAsync(bus, fixture.Tenant, new ThreatObjectsRemoved([Removed(b, 9)]), Guid.NewGuid(), ct);
        Assert.Equal((1, 0), await CountsAsync(client, c => c == (1, 0), ct));
    }

    [Fact]
    public async Task What_a_deleted_user_did_is_forgotten()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var fixture = await StartAsync(stack);
        await using var host = new ServiceHost<GraphNode>("knowledgegraph", new Dictionary<string, string?>
        {
            ["ConnectionStrings:graph"] = await stack.ConnectionAsync("graph"),
            ["Graph:AdminPassword"] = await stack.ConnectionAsync("graph-admin-password"),
            ["ConnectionStrings:rabbitmq"] = await stack.ConnectionAsync("rabbitmq"),
        });
        var client = RecommendationFixture.Client(host, fixture);
        var bus = await host.Services.ReadyBusAsync();
        var (gone, other) = (Guid.NewGuid(), Guid.NewGuid());
        await client.UploadAsync(new { id = "a" }, new { id = "b" });
        await client.TrackAsync((gone.ToString("D"), "a"), (gone.ToString("D"), "b"), (other.ToString("D"), "a"));
        Assert.Equal(3L, await fixture.CatalogueScalarAsync("MATCH ()-[e:DID]->() RETURN count(e)"));

        await PublishAsync(bus, fixture.Tenant, new UserDeleted(fixture.Tenant, gone, DateTimeOffset.UtcNow), Guid.NewGuid(), ct);
        await Eventually.TrueAsync(async () => await fixture.CatalogueScalarAsync("MATCH ()-[e:DID]->() RETURN count(e)") is 1L, TimeSpan.FromSeconds(20), ct, "The end of what they did");
        Assert.Equal(other.ToString("D"), await fixture.CatalogueScalarAsync("MATCH (u:Person) RETURN u.id"));
        // Nothing is seen any more, so everything may be shown again; the other user's item is still seen.
        Assert.Equal(["a", "b"], (await client.RecommendAsync(gone.ToString("D"))).Ids().Order());
        Assert.Equal(["b"], (await client.RecommendAsync(other.ToString("D"))).Ids());

        // Of a tenant without a catalogue, none is made.
        await using var empty = await StartAsync(stack);
        await empty.Memories.EraseUserAsync(empty.Tenant, "nobody", ct);
        Assert.DoesNotContain(await empty.Store.ListAsync(ct), g => g.Tenant == empty.Tenant);
    }

    private static Task PublishAsync<T>(IBus bus, Guid tenant, T message, Guid id, CancellationToken ct)
        where T : class => bus.Publish(message, context =>
        {
            context.MessageId = id;
            context.Headers.Set(WellKnown.EventHeaders.Tenant, tenant.ToString("D"));
            context.Headers.Set(WellKnown.EventHeaders.OccurredAt, DateTimeOffset.UtcNow.ToString("O"));
        }, ct);

    private static async Task<(int Nodes, int Relationships)> CountsAsync(HttpClient client, Func<(int, int), bool> until, CancellationToken ct)
    {
        var counts = (0, 0);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var attempt = 0; attempt < 300 && !until(counts); attempt++)
        {
            var stats = await client.GetFromJsonAsync<JsonElement>("/api/v2/knowledge-graph/stats", ct);
            counts = (stats.GetProperty("nodes").GetInt32(), stats.GetProperty("relationships").GetInt32());
            await timer.WaitForNextTickAsync(ct);
        }

        return counts;
    }
}
