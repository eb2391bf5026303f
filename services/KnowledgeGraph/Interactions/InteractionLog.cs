using System.Runtime.CompilerServices;
using Platform.Contracts.KnowledgeGraph;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Pipeline;
using Platform.KnowledgeGraph.Storage;

namespace Platform.KnowledgeGraph.Interactions;

/// <summary>What a user did with an item, all in all.</summary>
/// <param name="UserId">The user.</param>
/// <param name="ItemId">The item.</param>
/// <param name="Weight">The sum of what each interaction says.</param>
/// <param name="At">When last, in milliseconds.</param>
/// <param name="Count">How many interactions.</param>
internal readonly record struct Taken(string UserId, string ItemId, double Weight, long At, long Count);

/// <summary>
/// What users did, as relationships from persons to items in the catalogue's graph. An interaction is what it is by user,
/// item, type and time: the same again changes nothing.
/// </summary>
internal sealed class InteractionLog(IGraphStore store, Catalogue catalogue)
{
    /// <summary>Which of these are there already, by their places.</summary>
    public async Task<HashSet<int>> KnownAsync(Guid tenant, IReadOnlyList<TrackedInteraction> interactions, CancellationToken ct)
    {
        var rows = await store.ReadAsync(
            GraphKey.Catalogue(tenant),
            "UNWIND $rows AS row WITH row.u AS user, row.i AS item, row.t AS type, row.at AS at, row.n AS n "
            + "MATCH (u:Person {id: user})-[e:DID]->(i:Item {id: item}) WHERE e.type = type AND e.at = at RETURN DISTINCT n",
            new Dictionary<string, object?> { ["rows"] = Rows(interactions) },
            ReadLimits.Default,
            ct);
        return rows.Rows.Select(r => (int)(long)r[0]!).ToHashSet();
    }

    /// <summary>Adds interactions that are not there, together with the event that says so.</summary>
    public Task AddAsync(Guid tenant, IReadOnlyList<TrackedInteraction> interactions, OutboxEntry said, CancellationToken ct) => store.WriteAsync(
        GraphKey.Catalogue(tenant),
        """
        UNWIND $users AS x MERGE (:Person {id: x})
        WITH count(*) AS persons
        UNWIND $items AS x MERGE (:Item {id: x})
        WITH count(*) AS things
        UNWIND $rows AS row WITH row.u AS user, row.i AS item, row.t AS type, row.at AS at, row.w AS weight
        MATCH (u:Person {id: user}), (i:Item {id: item}) CREATE (u)-[:DID {type: type, at: at, weight: weight}]->(i)
        WITH count(*) AS done
        """ + " " + OutboxEntry.Clause,
        said.With(new()
        {
            ["users"] = interactions.Select(i => i.UserId).Distinct().ToArray(),
            ["items"] = interactions.Select(i => i.ItemId).Distinct().ToArray(),
            ["rows"] = Rows(interactions),
        }),
        ct);

    /// <summary>Removes a person with everything they did; tells how much that was.</summary>
    public async Task<long> EraseAsync(Guid tenant, string userId, CancellationToken ct)
    {
        var parameters = new Dictionary<string, object?> { ["id"] = userId };
        var did = await store.ReadAsync(
            GraphKey.Catalogue(tenant), "MATCH (u:Person {id: $id}) OPTIONAL MATCH (u)-[e:DID]->() RETURN u.id, count(e)", parameters, ReadLimits.Default, ct);
        if (did.Rows.Count == 0)
        {
            // A write would make the catalogue of a tenant that has none.
            return 0;
        }

        await store.WriteAsync(GraphKey.Catalogue(tenant), "MATCH (u:Person {id: $id}) DETACH DELETE u", parameters, ct);
        return (long)did.Rows[0][1]!;
    }

    /// <summary>Everything, summed up by user and item.</summary>
    public async IAsyncEnumerable<Taken> EverythingAsync(Guid tenant, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var (from, to) in catalogue.WindowsAsync(tenant, "Person", ct))
        {
            var pages = store.ReadPagesAsync(
                GraphKey.Catalogue(tenant),
                "MATCH (u:Person)-[e:DID]->(i:Item) WHERE id(u) >= $from AND id(u) < $to "
                + "WITH u.id AS user, i.id AS item, sum(e.weight) AS weight, max(e.at) AS at, count(e) AS times RETURN user, item, weight, at, times ORDER BY user, item",
                new Dictionary<string, object?> { ["from"] = from, ["to"] = to },
                ct);
            await foreach (var page in pages)
            {
                foreach (var row in page.Rows)
                {
                    yield return new Taken((string)row[0]!, (string)row[1]!, Convert.ToDouble(row[2], System.Globalization.CultureInfo.InvariantCulture), (long)row[3]!, (long)row[4]!);
                }
            }
        }
    }

    private static object?[] Rows(IReadOnlyList<TrackedInteraction> interactions)
    {
        var rows = new object?[interactions.Count];
        for (var n = 0; n < rows.Length; n++)
        {
            var interaction = interactions[n];
            rows[n] = new Dictionary<string, object?>
            {
                ["u"] = interaction.UserId,
                ["i"] = interaction.ItemId,
                ["t"] = interaction.Type,
                ["at"] = interaction.Timestamp.ToUnixTimeMilliseconds(),
                ["w"] = interaction.Weight,
                ["n"] = n,
            };
        }

        return rows;
    }
}
