using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Platform.Contracts;
using Platform.Contracts.KnowledgeGraph;
using Platform.Contracts.ThreatIntel;
using Platform.KnowledgeGraph.Backups;
using Platform.KnowledgeGraph.Interactions;
using Platform.KnowledgeGraph.Items;
using Platform.KnowledgeGraph.Pipeline;
using Platform.KnowledgeGraph.Projection;
using Platform.TestSupport;
using static Platform.IntegrationTests.KnowledgeGraph.GraphFixture;

namespace Platform.IntegrationTests.KnowledgeGraph;

/// <summary>The graphs as lines and back. The server is shared with other tests, so each touches its own tenants alone.</summary>
public sealed class GraphBackupTests(Stack stack)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_comes_back_is_what_was_there_and_what_was_heard_is_still_known()
    {
        await using var fixture = await StartAsync(stack);
        var message = Message(new ThreatObjectsUpserted(
            [Object("malware--00000000-0000-4000-8000-0000000000b1", revision: 5, more: [("rating", 5.0), ("count", 5L), ("tags", new[] { "a", "b\nc" })])]));
        await fixture.Projector.ApplyAsync(fixture.Tenant, [message], Ct);
        await fixture.ApplyAsync(
            new ThreatObjectsUpserted([Object("tool--00000000-0000-4000-8000-0000000000b2", tlp: TlpLevel.Amber)]),
            new RelationshipsUpserted([
                Link("relationship--00000000-0000-4000-8000-0000000000b3", "malware--00000000-0000-4000-8000-0000000000b1", "tool--00000000-0000-4000-8000-0000000000b2", tlp: TlpLevel.Amber),
                Link("relationship--00000000-0000-4000-8000-0000000000b4", "malware--00000000-0000-4000-8000-0000000000b1", "tool--00000000-0000-4000-8000-0000000000b9")]));
        var before = await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        Assert.True(await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct) >= 3);

        await fixture.Projector.EraseAsync(fixture.Tenant, Ct);
        Assert.Equal("", await fixture.DigestAsync(TlpLevel.Red));
        await RestoreAsync(backup, fixture, lines.ToString());
        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));

        // An older word about the object, the same message again, and the node that a relationship waits for.
        await fixture.Projector.ApplyAsync(fixture.Tenant, [message], Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000b1", revision: 2, name: "Older")]));
        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("tool--00000000-0000-4000-8000-0000000000b9")]));
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH ()-[r]->() RETURN count(r)"));
    }

    [Fact]
    public async Task A_catalogue_comes_back_with_what_users_did_and_what_was_not_yet_told()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000e1")]));
        var item = new Item("a", "article", "A \"name\"", null, ["x"], new Dictionary<string, JsonElement> { ["price"] = JsonElement.Parse("1.5") });
        var taken = new TrackedInteraction("u", "a", "view", 1, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        await fixture.Catalogue.PrepareAsync(fixture.Tenant, Ct);
        await fixture.Catalogue.PutAsync(fixture.Tenant, [item], OutboxEntry.Of(new ItemsUpserted([item.ToEvent()]), 1, "me", DateTimeOffset.UtcNow), Ct);
        await new InteractionLog(fixture.Store, fixture.Catalogue).AddAsync(fixture.Tenant, [taken], OutboxEntry.Of(new InteractionsTracked([taken]), 2, "me", DateTimeOffset.UtcNow), Ct);
        var lines = new StringWriter();
        await Backup(fixture).WriteAsync(lines, t => t == fixture.Tenant, Ct);

        await fixture.Projector.EraseAsync(fixture.Tenant, Ct);
        Assert.Null(await fixture.CatalogueScalarAsync("MATCH (n) RETURN n LIMIT 1"));
        await RestoreAsync(Backup(fixture), fixture, lines.ToString());
        var back = await fixture.Catalogue.FindAsync(fixture.Tenant, "a", Ct);
        Assert.Equal((item.Name, "1.5", "x"), (back!.Name, back.Attributes["price"].GetRawText(), back.Tags.Single()));
        Assert.Equal("view", await fixture.CatalogueScalarAsync("MATCH (:Person {id: 'u'})-[e:DID {at: 1700000000000}]->(:Item {id: 'a'}) RETURN e.type"));
        Assert.Equal(2L, await fixture.CatalogueScalarAsync("MATCH (o:Outbox) RETURN count(o)"));
        Assert.Single((await fixture.Memories.GetAsync(fixture.Tenant, Ct)).Memory.HistoryOf("u"));
    }

    [Fact]
    public async Task What_came_later_is_gone_after_a_restore()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000c1")]));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000c2", tlp: TlpLevel.Green)]));
        await RestoreAsync(backup, fixture, lines.ToString());
        Assert.Equal(1L, await fixture.ScalarAsync("MATCH (n) RETURN count(n)"));
        Assert.Equal([TlpLevel.Clear], await fixture.Ledger.LevelsAsync(fixture.Tenant, Ct));
    }

    [Fact]
    public async Task A_part_that_breaks_off_while_it_is_put_back_changes_nothing_and_leaves_nothing()
    {
        await using var fixture = await StartAsync(stack);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d1")]));
        var backup = Backup(fixture);
        var lines = new StringWriter();
        await backup.WriteAsync(lines, t => t == fixture.Tenant, Ct);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d2", tlp: TlpLevel.Green)]));
        var before = await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync));

        // After the graphs and half of the ledger.
        await Assert.ThrowsAsync<IOException>(() => RestoreAsync(backup, fixture, lines.ToString(), breakAfter: lines.ToString().Count(c => c == '\n') - 1));

        Assert.Equal(before, await Task.WhenAll(Enum.GetValues<TlpLevel>().Select(fixture.DigestAsync)));
        Assert.DoesNotContain(await fixture.Store.ListAsync(Ct), g => g.IsRestored && g.Tenant == fixture.Tenant);
        await fixture.ApplyAsync(new ThreatObjectsUpserted([Object("malware--00000000-0000-4000-8000-0000000000d2", tlp: TlpLevel.Green, revision: 2, name: "Newer")]));
        Assert.Contains("Newer", await fixture.DigestAsync(TlpLevel.Green), StringComparison.Ordinal);
    }

    private static GraphBackup Backup(GraphFixture fixture) => new(fixture.Store, fixture.Graphs, new GraphWriter(fixture.Store, NullLogger<GraphWriter>.Instance), fixture.Ledger, fixture.Projector, new CatalogueBackup(fixture.Store, fixture.Catalogue), fixture.Memories);

    private static Task<long> RestoreAsync(GraphBackup backup, GraphFixture fixture, string lines, int breakAfter = int.MaxValue) => backup.RestoreAsync(
        async take =>
        {
            foreach (var (number, line) in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Index())
            {
                await (number < breakAfter ? take(line.TrimEnd('\r'), Ct) : throw new IOException("The part breaks off."));
            }

            return 0;
        },
        t => t == fixture.Tenant, Ct);
}
