using System.Text.Json;
using Platform.Contracts.ThreatIntel;
using Platform.TestSupport;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>ATT&amp;CK Enterprise in the graph, and the same relationships as plain lists beside it. Every relationship has a weight.</summary>
public sealed class AttackGraph(Stack stack) : IAsyncLifetime
{
    internal GraphFixture Fixture { get; private set; } = null!;

    /// <summary>Null where the data is absent.</summary>
    internal IReadOnlyDictionary<string, List<Link>>? Links { get; private set; }

    internal IReadOnlyList<string> Ids { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Fixture = await GraphFixture.StartAsync(stack);
        if (await AttackBundle.ReadAsync(CancellationToken.None) is not { } events)
        {
            return;
        }

        events = [.. events.Select(e => e is RelationshipsUpserted r ? new RelationshipsUpserted([.. r.Relationships.Select(Weighted)]) : e)];
        foreach (var batch in events.Chunk(8))
        {
            await Fixture.ApplyAsync(batch);
        }

        var links = new Dictionary<string, List<Link>>();
        Ids = [.. events.OfType<ThreatObjectsUpserted>().SelectMany(e => e.Objects).Select(o => o.Id).Order(StringComparer.Ordinal)];
        foreach (var id in Ids)
        {
            links[id] = [];
        }

        foreach (var edge in events.OfType<RelationshipsUpserted>().SelectMany(e => e.Relationships))
        {
            if (links.TryGetValue(edge.SourceRef, out var source) && links.TryGetValue(edge.TargetRef, out var target))
            {
                var weight = edge.Properties["weight"].GetDouble();
                source.Add(new Link(edge.Id, edge.RelationshipType, edge.TargetRef, weight, Outgoing: true));
                target.Add(new Link(edge.Id, edge.RelationshipType, edge.SourceRef, weight, Outgoing: false));
            }
        }

        Links = links;
    }

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();

    private static Relationship Weighted(Relationship edge) => edge with
    {
        Properties = new Dictionary<string, JsonElement>(edge.Properties) { ["weight"] = JsonSerializer.SerializeToElement(edge.Version.Revision * 7919 % 97 / 10.0) },
    };

    internal sealed record Link(string Id, string Type, string To, double Weight, bool Outgoing);
}
