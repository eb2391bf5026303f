using Platform.Contracts;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph;
using Platform.KnowledgeGraph.Projection;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>A rebuild beside live traffic, on the real graph server.</summary>
public sealed class RebuildTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_is_wrong_with_the_graph_it_is_as_ThreatIntel_says_and_what_users_made_stays(int seed)
    {
        await using var fixture = await StartAsync(stack);
        var objects = Enumerable.Range(0, 12).Select(i => Object($"malware--{i}", revision: i + 1, tlp: i % 4 == 3 ? TlpLevel.Amber : TlpLevel.Clear, name: $"Name {i}")).ToArray();
        var links = Enumerable.Range(1, 11).Select(i => Link($"relationship--{i}", $"malware--{i - 1}", $"malware--{i}", revision: 20 + i)).ToArray();
        await fixture.ApplyAsync(new ThreatObjectsUpserted(objects), new RelationshipsUpserted(links));
        await UserMadeAsync(fixture);
        var expected = await DigestsAsync(fixture);

        // What ThreatIntel had and has no more, and was never heard to be gone; and damage of every kind.
        await fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("malware--forgotten", revision: 40)]), new RelationshipsUpserted([Link("relationship--forgotten", "malware--0", "malware--5", revision: 41), Link("relationship--waits", "malware--0", "malware--nowhere", revision: 42)]));
        foreach (var damage in new[] { "MATCH (n {id: 'malware--2'}) DETACH DELETE n", "MATCH (n {id: 'malware--4'}) SET n.name = 'wrong'", "MATCH ()-[e {id: 'relationship--7'}]->() DELETE e", "MATCH ()-[e {id: 'relationship--8'}]->() SET e.description = null" })
        {
            await fixture.Store.WriteAsync(fixture.Graph(), damage, null, Ct);
        }

        var (rebuild, id) = (fixture.Rebuild, Guid.NewGuid());
        await rebuild.BeginAsync(fixture.Tenant, id, Ct);
        var parts = objects.Select(o => (Change)o.ToChange()).Concat(links.Select(l => l.ToChange())).Chunk(5).ToArray();
        var steps = parts.Select((changes, i) => (Func<Task>)(() => rebuild.TakeAsync(fixture.Tenant, Guid.NewGuid(), id, i, changes, Ct))).ToList();
        steps.Add(() => rebuild.TakeCountAsync(fixture.Tenant, id, parts.Length, Ct));
        steps.Add(steps[0]);

        // Live traffic: a newer version, a removal, and something new.
        steps.Add(() => fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--1", revision: 50, name: "Newer"), Object("malware--new", revision: 51)])));
        steps.Add(() => fixture.ApplyAsync(new ThreatObjectsRemoved([Removed("malware--6", 52)])));
        var order = steps.ToArray();
        new Random(seed).Shuffle(order);
        foreach (var step in order)
        {
            await step();
        }

        var known = Assert.Single(await fixture.Rebuilds.ListAsync(fixture.Tenant, Ct));
        Assert.True(known is { CompletedAt: not null, Applied: 5, Removed: 3 }, known.ToString());

        await using var other = await StartAsync(stack);
        await other.ApplyAsync(new ThreatObjectsUpserted(objects), new RelationshipsUpserted(links));
        await UserMadeAsync(other);
        Assert.Equal(expected, await DigestsAsync(other));
        await other.ApplyAsync(new ThreatObjectsUpserted([Object("malware--1", revision: 50, name: "Newer"), Object("malware--new", revision: 51)]), new ThreatObjectsRemoved([Removed("malware--6", 52)]));
        Assert.Equal(await DigestsAsync(other), await DigestsAsync(fixture));
    }

    /// <summary>A node, a relationship to it, and one that waits for its end.</summary>
    private static Task UserMadeAsync(GraphFixture fixture)
    {
        static Dictionary<string, object?> Own(string id) => new() { ["id"] = id, [UserContent.Origin] = UserContent.User, ["tlp"] = "clear" };
        return fixture.Projector.ApplyAsync(
            fixture.Tenant,
            [
                new Incoming(Guid.NewGuid(), null,
                [
                    new NodeChange("x-own--1", 1, "XOwn", TlpLevel.Clear, null, Own("x-own--1")),
                    new EdgeChange("relationship--own", 1, new EdgeEnds("malware--0", "TARGETS", "x-own--1"), TlpLevel.Clear, null, Own("relationship--own")),
                    new EdgeChange("relationship--own-waits", 1, new EdgeEnds("malware--0", "TARGETS", "malware--later"), TlpLevel.Clear, null, Own("relationship--own-waits")),
                ]),
            ],
            Ct);
    }

    private static Task<string[]> DigestsAsync(GraphFixture fixture) => Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync));
}
